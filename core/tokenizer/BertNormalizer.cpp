// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/UnicodeForm.h"
#include "core/tokenizer/Utf8.h"

namespace espalier {

namespace {

/// What BERT does to a text before it looks for words.
class Bert : public Normalizer {
public:
    explicit Bert(const JsonPart& part)
        : m_cleans(part.flag("clean_text", true))
        , m_partsChinese(part.flag("handle_chinese_chars", true))
        , m_lowers(part.flag("lowercase", true))
        , m_stripsAccents(part.flag("strip_accents", m_lowers))
    {
    }

    void apply(TrackedText& text) const override
    {
        if (m_cleans || m_partsChinese) {
            clean(text);
        }
        if (m_stripsAccents && !isAscii(text.text)) {
            toUnicodeForm(text, UnicodeForm::Nfd);
            dropAccents(text);
        }
        if (m_lowers) {
            toLowercase(text);
        }
    }

private:
    void clean(TrackedText& text) const
    {
        Rewrite rewrite(text);
        const std::string_view source = rewrite.source();
        std::size_t kept = 0; // up to here the result is complete
        for (std::size_t at = 0; at < source.size();) {
            const std::size_t begin = at;
            const char32_t c = nextCodePoint(source, at);
            const bool chinese = m_partsChinese && c >= 0x3400 && isChinese(c);
            if ((c >= 0x20 && c < 0x7F) || (!chinese && !(m_cleans && isTouched(c)))) {
                continue;
            }
            rewrite.keep(kept, begin);
            kept = at;
            if (chinese) {
                rewrite.put(" ", begin);
                rewrite.keep(begin, at);
                rewrite.put(" ", begin);
            } else if (isBlank(c)) {
                rewrite.put(" ", begin);
            } // a control character goes
        }
        rewrite.keep(kept, source.size());
    }

    static bool isBlank(char32_t c)
    {
        return c == '\t' || c == '\n' || c == '\r' || (isWhitespace(c) && !isOther(c));
    }

    static bool isTouched(char32_t c) { return c == 0xFFFD || isOther(c) || isWhitespace(c); }

    static void dropAccents(TrackedText& text)
    {
        Rewrite rewrite(text);
        std::size_t kept = 0;
        for (std::size_t at = 0; at < rewrite.source().size();) {
            const std::size_t begin = at;
            if (isNonspacingMark(nextCodePoint(rewrite.source(), at))) {
                rewrite.keep(kept, begin);
                kept = at;
            }
        }
        rewrite.keep(kept, rewrite.source().size());
    }

    bool m_cleans;
    bool m_partsChinese;
    bool m_lowers;
    bool m_stripsAccents;
};

} // namespace

std::unique_ptr<Normalizer> makeBertNormalizer(const JsonPart& part)
{
    return std::make_unique<Bert>(part);
}

} // namespace espalier
