// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PromptTokens.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/eval/PythonText.h"

#include <filesystem>

namespace espalier {

namespace {

Json objectIn(const Path& file)
{
    if (!std::filesystem::is_regular_file(file)) {
        return Json::object();
    }
    Json object = parseJson(readFile(file), file.string());
    if (!object.is_object()) {
        throw Error(ErrorCode::Corrupt, file.string() + " is not a JSON object with keys.");
    }
    return object;
}

/// {"bos_token": "<s>"} or {"bos_token": {"content": "<s>", ...}}.
std::optional<std::int32_t> namedToken(const Json& config, const char* key,
                                       const Tokenizer& tokenizer)
{
    Json value = config.value(key, Json());
    if (value.is_object()) {
        value = value.value("content", Json());
    }
    return value.is_string() ? tokenizer.idOf(value.get<std::string>()) : std::nullopt;
}

std::optional<std::int32_t> numberedToken(const Json& config, const char* key,
                                          const Tokenizer& tokenizer)
{
    Json value = config.value(key, Json());
    if (value.is_array() && !value.empty()) {
        value = value.front();
    }
    if (!value.is_number_integer()) {
        return std::nullopt;
    }
    const auto id = value.get<std::int64_t>();
    return id >= 0 && id < tokenizer.vocabSize()
               ? std::optional<std::int32_t>(static_cast<std::int32_t>(id))
               : std::nullopt;
}

} // namespace

PromptTokens::PromptTokens(const Path& modelFolder)
    : m_tokenizer(Tokenizer::open(modelFolder))
{
    const Json names = objectIn(modelFolder / "tokenizer_config.json");
    const Json numbers = objectIn(modelFolder / "config.json");
    m_begin = namedToken(names, "bos_token", *m_tokenizer);
    m_end = namedToken(names, "eos_token", *m_tokenizer);
    if (!names.contains("bos_token")) { // null: the tokenizer says that it has none
        m_begin = numberedToken(numbers, "bos_token_id", *m_tokenizer);
    }
    if (!m_end) {
        m_end = numberedToken(numbers, "eos_token_id", *m_tokenizer);
    }
}

PromptTokens::~PromptTokens() = default;

std::optional<std::int32_t> PromptTokens::beginAdded() const
{
    const std::vector<std::int32_t> ids = m_tokenizer->encode("a");
    const bool isAdded = m_begin && ids.size() > 1 && ids.front() == *m_begin;
    return isAdded ? m_begin : std::nullopt;
}

std::int32_t PromptTokens::prefix() const
{
    if (!m_begin && !m_end) {
        throw Error(ErrorCode::InvalidInput,
                    "The model's tokenizer names neither a BOS nor an EOS token, so nothing can "
                    "stand before the first token. Add bos_token to its tokenizer_config.json.");
    }
    return m_begin ? *m_begin : *m_end;
}

std::vector<std::int32_t> PromptTokens::encode(std::string_view text) const
{
    const bool hasBegin = (m_begin || m_end) && text.starts_with(m_tokenizer->tokenOf(prefix()));
    return m_tokenizer->encode(text, hasBegin ? SpecialTokens::Leave : SpecialTokens::Add);
}

EncodedPair PromptTokens::encodePair(std::string_view context, std::string_view continuation,
                                     std::int64_t most) const
{
    EncodedPair pair;
    if (context.empty()) {
        pair.tokens = m_tokenizer->encode(continuation, SpecialTokens::Leave);
        if (pair.tokens.empty() || pair.tokens.front() != prefix()) {
            pair.tokens.insert(pair.tokens.begin(), prefix());
        }
        pair.firstScored = 1;
    } else {
        const std::string_view kept = pythonRightStripped(context);
        const std::string whole = std::string(context) + std::string(continuation);
        pair.tokens = encode(whole);
        pair.firstScored = static_cast<std::int64_t>(encode(kept).size());
    }
    const auto count = static_cast<std::int64_t>(pair.tokens.size());
    if (pair.firstScored >= count || count - pair.firstScored > most) {
        throw Error(ErrorCode::InvalidInput,
                    "The continuation \"" + std::string(continuation.substr(0, 80)) + "\" has " +
                        std::to_string(std::max<std::int64_t>(count - pair.firstScored, 0)) +
                        " tokens of its own behind its context; 1 to " + std::to_string(most) +
                        " can be scored.");
    }
    if (count > most + 1) {
        const std::int64_t cut = count - most - 1;
        pair.tokens.erase(pair.tokens.begin(), pair.tokens.begin() + cut);
        pair.firstScored -= cut;
    }
    return pair;
}

} // namespace espalier
