// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/tokenizer/Regex.h"

#include <algorithm>

namespace espalier {

namespace {

// White_Space; PCRE2's own \s also takes U+180E.
constexpr std::string_view kSpace =
    R"(\x09-\x0D\x20\x85\xA0\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
// PCRE2's own \w lacks marks and connectors.
constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
constexpr std::string_view kHexDigit = "0-9A-Fa-f"; // \h; in PCRE2 that is a blank

std::string setOf(std::string_view members, bool negated)
{
    return (negated ? "[^" : "[") + std::string(members) + "]";
}

class Rewriter {
public:
    Rewriter(std::string_view pattern, const std::string& where)
        : m_pattern(pattern)
        , m_where(where)
    {
    }

    std::string run()
    {
        while (m_at < m_pattern.size()) {
            const char c = m_pattern[m_at];
            if (c == '\\') {
                escape();
            } else if (m_inSet) {
                setMember(c);
            } else {
                plain(c);
            }
        }
        return m_result;
    }

private:
    char following(std::size_t distance) const
    {
        return m_at + distance < m_pattern.size() ? m_pattern[m_at + distance] : '\0';
    }

    [[noreturn]] void refuse(const std::string& what) const
    {
        throw Error(ErrorCode::Unsupported, m_where + ": the pattern " + std::string(m_pattern) +
                                                " uses " + what + ", which is not supported.");
    }

    void take(std::size_t count)
    {
        m_result += m_pattern.substr(m_at, count);
        m_at = std::min(m_at + count, m_pattern.size());
    }

    void put(std::string_view text)
    {
        m_result += text;
        m_at += 2;
    }

    void escape()
    {
        const char c = following(1);
        if (c == 'b' && !m_inSet) {
            const std::string word = setOf(kWord, false);
            put("(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))");
        } else if (c == 's' || c == 'w' || c == 'h') {
            const std::string_view members = c == 's' ? kSpace : c == 'w' ? kWord : kHexDigit;
            put(m_inSet ? std::string(members) : setOf(members, false));
        } else if (c == 'S' || c == 'W' || c == 'H') {
            if (m_inSet) {
                refuse(std::string("\\") + c + " inside brackets");
            }
            put(setOf(c == 'S' ? kSpace : c == 'W' ? kWord : kHexDigit, true));
        } else if (c == 'B' || c == 'K' || c == 'y' || c == 'Y' || c == 'O' || c == 'N' ||
                   c == 'M' || c == 'C' || c == 'k' || c == 'g') {
            refuse(std::string("\\") + c);
        } else if ((c == 'p' || c == 'P' || c == 'x') && following(2) == '{') {
            const std::size_t end = m_pattern.find('}', m_at);
            take(end == std::string_view::npos ? 3 : end + 1 - m_at);
        } else {
            take(2);
        }
    }

    void setMember(char c)
    {
        if (c == '[' && following(1) == ':') {
            const std::size_t end = m_pattern.find(":]", m_at + 2);
            if (end == std::string_view::npos) {
                refuse("an unfinished [:class:]");
            }
            take(end + 2 - m_at);
        } else if (c == '[') {
            refuse("brackets inside brackets");
        } else if (c == '&' && following(1) == '&') {
            refuse("&& inside brackets");
        } else {
            m_inSet = c != ']';
            take(1);
        }
    }

    void plain(char c)
    {
        if (c == '[') {
            m_inSet = true;
            take(following(1) == '^' ? 2 : 1);
            if (m_at < m_pattern.size() && m_pattern[m_at] == ']') {
                take(1);
            }
        } else if (c == '}' && following(1) == '+') {
            refuse("}+"); // possessive for PCRE2, repeated for Oniguruma
        } else if (c == '(' && following(1) == '?') {
            groupHead();
        } else {
            take(1);
        }
    }

    void groupHead()
    {
        const std::size_t end = m_pattern.find_first_of(":)=!<>", m_at);
        const std::string_view options =
            m_pattern.substr(m_at + 2, end == std::string_view::npos ? 0 : end - m_at - 2);
        if (options.find_first_of("msxaWDSPy") != std::string_view::npos) {
            refuse("(?" + std::string(options)); // m, s and x differ or change how the rest reads
        }
        take(2);
    }

    std::string_view m_pattern;
    const std::string& m_where;
    std::string m_result = {};
    std::size_t m_at = 0;
    bool m_inSet = false;
};

} // namespace

std::string fromOniguruma(std::string_view pattern, const std::string& where)
{
    return Rewriter(pattern, where).run();
}

} // namespace espalier
