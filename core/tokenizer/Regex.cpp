// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Regex.h"

#include "core/base/Error.h"
#include "core/tokenizer/Utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace espalier {

namespace {

constexpr std::size_t kJitStackStart = std::size_t(32) << 10;
constexpr std::size_t kJitStackLimit = std::size_t(16) << 20;

std::string wordsOf(int code)
{
    char buffer[256];
    const int length =
        pcre2_get_error_message(code, reinterpret_cast<PCRE2_UCHAR*>(buffer), sizeof buffer);
    return length < 0 ? "error " + std::to_string(code)
                      : std::string(buffer, static_cast<std::size_t>(length));
}

} // namespace

struct Regex::Compiled {
    pcre2_code* code = nullptr;
    std::string where = {};

    Compiled() = default;
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;

    ~Compiled() { pcre2_code_free(code); }
};

Regex::Regex(std::string_view pattern, const std::string& where)
{
    const std::string rewritten = fromOniguruma(pattern, where);
    const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
        pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    int reason = 0;
    PCRE2_SIZE position = 0;
    auto compiled = std::make_shared<Compiled>();
    compiled->where = where;
    // MULTILINE: in Oniguruma ^ and $ always mean lines.
    compiled->code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(rewritten.data()), rewritten.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &reason, &position, context.get());
    if (compiled->code == nullptr) {
        throw Error(ErrorCode::Unsupported, where + ": the pattern " + std::string(pattern) +
                                                " cannot be read: " + wordsOf(reason) + ".");
    }
    pcre2_jit_compile(compiled->code,
                      PCRE2_JIT_COMPLETE); // where there is no JIT, matching is only slower
    m_compiled = std::move(compiled);
}

bool Regex::isReadable(std::string_view pattern)
{
    int reason = 0;
    PCRE2_SIZE position = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     PCRE2_UTF | PCRE2_UCP, &reason, &position, nullptr);
    pcre2_code_free(code);
    return code != nullptr;
}

Regex Regex::literal(std::string_view text, const std::string& where)
{
    std::string pattern;
    for (const char c : text) {
        const bool plain = (c & 0x80) != 0 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) <= ' ' ||
                           c == 0x7F;
        pattern += plain ? "" : "\\";
        pattern += c;
    }
    return {pattern, where};
}

struct Regex::Search::State {
    std::shared_ptr<const Compiled> compiled;
    pcre2_match_data* data = nullptr;
    pcre2_match_context* context = nullptr;
    pcre2_jit_stack* stack = nullptr;
    std::string_view text = {};
    std::size_t from = 0;
    std::optional<std::size_t> lastEnd = {};

    explicit State(std::shared_ptr<const Compiled> pattern)
        : compiled(std::move(pattern))
        , data(pcre2_match_data_create_from_pattern(compiled->code, nullptr))
        , context(pcre2_match_context_create(nullptr))
        , stack(pcre2_jit_stack_create(kJitStackStart, kJitStackLimit, nullptr))
    {
        pcre2_jit_stack_assign(context, nullptr, stack);
    }

    State(const State&) = delete;
    State& operator=(const State&) = delete;

    ~State()
    {
        pcre2_jit_stack_free(stack);
        pcre2_match_context_free(context);
        pcre2_match_data_free(data);
    }
};

Regex::Search::Search(const Regex& regex)
    : m_state(std::make_unique<State>(regex.m_compiled))
{
}

Regex::Search::~Search() = default;

void Regex::Search::start(std::string_view text)
{
    m_state->text = text;
    m_state->from = 0;
    m_state->lastEnd.reset();
}

std::optional<Span> Regex::Search::next()
{
    State& state = *m_state;
    while (state.from <= state.text.size()) {
        const char* subject = state.text.empty() ? "" : state.text.data();
        const int found = pcre2_match(state.compiled->code, reinterpret_cast<PCRE2_SPTR>(subject),
                                      state.text.size(), state.from, PCRE2_NO_UTF_CHECK, state.data,
                                      state.context);
        if (found == PCRE2_ERROR_NOMATCH) {
            break;
        }
        if (found < 0) {
            throw Error(ErrorCode::Unsupported,
                        state.compiled->where + ": the pattern fails at byte " +
                            std::to_string(state.from) + " of a text of " +
                            std::to_string(state.text.size()) + ": " + wordsOf(found) + ".");
        }
        const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(state.data);
        const Span span{bounds[0], bounds[1], true};
        if (span.begin == span.end && state.lastEnd == span.end) {
            if (state.from == state.text.size()) {
                break;
            }
            nextCodePoint(state.text, state.from);
            continue;
        }
        state.from = span.end;
        state.lastEnd = span.end;
        return span;
    }
    state.from = state.text.size() + 1;
    return {};
}

} // namespace espalier
