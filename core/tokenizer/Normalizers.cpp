// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Normalizers.h"

#include "core/tokenizer/ByteAlphabet.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TextPattern.h"
#include "core/tokenizer/UnicodeForm.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <utf8proc.h>
#include <vector>

namespace espalier {

namespace {

class Chain : public Normalizer {
public:
    explicit Chain(std::vector<std::unique_ptr<Normalizer>> parts)
        : m_parts(std::move(parts))
    {
    }

    void apply(TrackedText& text) const override
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

    void apply(TrackedText& text) const override
    {
        if (!text.text.empty()) {
            prependTo(text, m_content);
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

    void apply(TrackedText& text) const override
    {
        Regex::Search search(m_pattern);
        replaceAll(text, search, m_content);
    }

private:
    Regex m_pattern;
    std::string m_content;
};

class Form : public Normalizer {
public:
    explicit Form(UnicodeForm form)
        : m_form(form)
    {
    }

    void apply(TrackedText& text) const override { toUnicodeForm(text, m_form); }

private:
    UnicodeForm m_form;
};

/// Rewrites one code point after the other.
template <class Append>
void rebuild(TrackedText& text, const Append& append)
{
    Rewrite rewrite(text);
    for (std::size_t position = 0; position < rewrite.source().size();) {
        const std::size_t begin = position;
        const char32_t c = nextCodePoint(rewrite.source(), position);
        append(rewrite, c, ByteRange{begin, position});
    }
}

class Lowercase : public Normalizer {
public:
    void apply(TrackedText& text) const override { toLowercase(text); }
};

class StripAccents : public Normalizer {
public:
    void apply(TrackedText& text) const override
    {
        rebuild(text, [](Rewrite& rewrite, char32_t c, ByteRange at) {
            if (!isMark(c)) {
                rewrite.keep(at.begin, at.end);
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

    void apply(TrackedText& text) const override
    {
        std::size_t begin = 0, end = 0;
        bool leading = true;
        for (std::size_t position = 0; position < text.text.size();) {
            const bool blank = isWhitespace(nextCodePoint(text.text, position));
            leading = leading && blank;
            begin = leading ? position : begin;
            end = blank ? end : position;
        }
        begin = m_left ? begin : 0;
        end = m_right ? std::max(end, begin) : text.text.size();
        if (begin > 0 || end < text.text.size()) {
            Rewrite rewrite(text);
            rewrite.keep(begin, end);
        }
    }

private:
    bool m_left;
    bool m_right;
};

/// Drops control characters and makes blanks of those that only part words (as NMT data were
/// prepared).
class Nmt : public Normalizer {
public:
    void apply(TrackedText& text) const override
    {
        rebuild(text, [](Rewrite& rewrite, char32_t c, ByteRange at) {
            const bool gone = (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) ||
                              c == 0x7F || c == 0x8F || c == 0x9F;
            const bool blank = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
                               (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
                               c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
            if (blank) {
                rewrite.put(" ", at.begin);
            } else if (!gone) {
                rewrite.keep(at.begin, at.end);
            }
        });
    }
};

class ByteLevel : public Normalizer {
public:
    void apply(TrackedText& text) const override
    {
        rebuild(text, [](Rewrite& rewrite, char32_t, ByteRange at) {
            for (std::size_t i = at.begin; i < at.end; ++i) {
                rewrite.put(byteCharacter(static_cast<unsigned char>(rewrite.source()[i])),
                            at.begin);
            }
        });
    }
};

std::unique_ptr<Normalizer> makeChain(const JsonPart& part)
{
    std::vector<std::unique_ptr<Normalizer>> parts;
    for (const Json& element : part.list("normalizers")) {
        parts.push_back(makeNormalizer(part.element(element)));
    }
    return std::make_unique<Chain>(std::move(parts));
}

std::unique_ptr<Normalizer> makeSimple(const std::string& type)
{
    if (type == "NFC") {
        return std::make_unique<Form>(UnicodeForm::Nfc);
    }
    if (type == "NFD") {
        return std::make_unique<Form>(UnicodeForm::Nfd);
    }
    if (type == "NFKC") {
        return std::make_unique<Form>(UnicodeForm::Nfkc);
    }
    if (type == "NFKD") {
        return std::make_unique<Form>(UnicodeForm::Nfkd);
    }
    if (type == "Lowercase") {
        return std::make_unique<Lowercase>();
    }
    if (type == "StripAccents") {
        return std::make_unique<StripAccents>();
    }
    if (type == "Nmt") {
        return std::make_unique<Nmt>();
    }
    if (type == "ByteLevel") {
        return std::make_unique<ByteLevel>();
    }
    return nullptr;
}

} // namespace

void toLowercase(TrackedText& text)
{
    if (!text.tracked && isAscii(text.text)) {
        std::ranges::transform(text.text, text.text.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        return;
    }
    rebuild(text, [](Rewrite& rewrite, char32_t c, ByteRange at) {
        if (c == 0x130) {
            rewrite.put("i\xCC\x87", at.begin); // the only letter whose lower case is two
            return;
        }
        const auto low = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
        if (low == c) {
            rewrite.keep(at.begin, at.end);
        } else {
            rewrite.put(low, at.begin);
        }
    });
}

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
    if (type == "Strip") {
        return std::make_unique<Strip>(part);
    }
    if (type == "BertNormalizer") {
        return makeBertNormalizer(part);
    }
    if (type == "Precompiled") {
        return makePrecompiled(part);
    }
    if (auto simple = makeSimple(type)) {
        return simple;
    }
    part.unsupported("the normalizer \"" + type + "\"");
}

} // namespace espalier
