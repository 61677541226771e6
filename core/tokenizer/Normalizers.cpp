// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Normalizers.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TextPattern.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cstdlib>
#include <utf8proc.h>
#include <vector>

namespace espalier {

namespace {

bool isAscii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
}

class Chain : public Normalizer {
public:
    explicit Chain(std::vector<std::unique_ptr<Normalizer>> parts)
        : m_parts(std::move(parts))
    {
    }

    void apply(std::string& text) const override
    {
        for (const auto& part : m_parts) {
            part->apply(text);
        }
    }

private:
    std::vector<std::unique_ptr<Normalizer>> m_parts;
};

class Prepend : public Normalizer {
public:
    explicit Prepend(std::string content)
        : m_content(std::move(content))
    {
    }

    void apply(std::string& text) const override
    {
        if (!text.empty()) {
            text.insert(0, m_content);
        }
    }

private:
    std::string m_content;
};

class Replace : public Normalizer {
public:
    explicit Replace(const JsonPart& part)
        : m_pattern(patternOf(part))
        , m_content(part.text("content"))
    {
    }

    void apply(std::string& text) const override
    {
        Regex::Search search(m_pattern);
        replaceAll(text, search, m_content);
    }

private:
    Regex m_pattern;
    std::string m_content;
};

class UnicodeForm : public Normalizer {
public:
    explicit UnicodeForm(int options)
        : m_options(static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE))
    {
    }

    void apply(std::string& text) const override
    {
        if (isAscii(text)) {
            return; // the same in every form
        }
        utf8proc_uint8_t* form = nullptr;
        const auto length =
            utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &form, m_options);
        if (length < 0) {
            throw Error(ErrorCode::OutOfMemory, "Cannot normalize a text of " +
                                                    std::to_string(text.size()) +
                                                    " bytes: " + utf8proc_errmsg(length) + ".");
        }
        text.assign(reinterpret_cast<const char*>(form), static_cast<std::size_t>(length));
        std::free(form);
    }

private:
    utf8proc_option_t m_options;
};

/// Rewrites one code point after the other.
template <class Append>
void rebuild(std::string& text, const Append& append)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t position = 0; position < text.size();) {
        append(result, nextCodePoint(text, position));
    }
    text = std::move(result);
}

class Lowercase : public Normalizer {
public:
    void apply(std::string& text) const override
    {
        rebuild(text, [](std::string& result, char32_t c) {
            if (c == 0x130) {
                result += "i\xCC\x87"; // the only letter whose lower case is two code points
                return;
            }
            appendUtf8(result,
                       static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
        });
    }
};

class StripAccents : public Normalizer {
public:
    void apply(std::string& text) const override
    {
        rebuild(text, [](std::string& result, char32_t c) {
            if (!isMark(c)) {
                appendUtf8(result, c);
            }
        });
    }
};

class Strip : public Normalizer {
public:
    explicit Strip(const JsonPart& part)
        : m_left(part.flag("strip_left", true))
        , m_right(part.flag("strip_right", true))
    {
    }

    void apply(std::string& text) const override
    {
        std::size_t begin = 0, end = 0;
        bool leading = true;
        for (std::size_t position = 0; position < text.size();) {
            const bool blank = isWhitespace(nextCodePoint(text, position));
            leading = leading && blank;
            begin = leading ? position : begin;
            end = blank ? end : position;
        }
        if (m_right) {
            text.erase(std::max(end, m_left ? begin : end));
        }
        if (m_left) {
            text.erase(0, begin);
        }
    }

private:
    bool m_left;
    bool m_right;
};

std::unique_ptr<Normalizer> makeChain(const JsonPart& part)
{
    std::vector<std::unique_ptr<Normalizer>> parts;
    for (const Json& element : part.list("normalizers")) {
        parts.push_back(makeNormalizer(JsonPart(element, part.where())));
    }
    return std::make_unique<Chain>(std::move(parts));
}

} // namespace

std::unique_ptr<Normalizer> makeNormalizer(const JsonPart& part)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        return makeChain(part);
    }
    if (type == "Prepend") {
        return std::make_unique<Prepend>(part.text("prepend"));
    }
    if (type == "Replace") {
        return std::make_unique<Replace>(part);
    }
    if (type == "NFC") {
        return std::make_unique<UnicodeForm>(UTF8PROC_COMPOSE);
    }
    if (type == "NFD") {
        return std::make_unique<UnicodeForm>(UTF8PROC_DECOMPOSE);
    }
    if (type == "NFKC") {
        return std::make_unique<UnicodeForm>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    }
    if (type == "NFKD") {
        return std::make_unique<UnicodeForm>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    }
    if (type == "Lowercase") {
        return std::make_unique<Lowercase>();
    }
    if (type == "StripAccents") {
        return std::make_unique<StripAccents>();
    }
    if (type == "Strip") {
        return std::make_unique<Strip>(part);
    }
    part.unsupported("the normalizer \"" + type + "\"");
}

} // namespace espalier
