// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TrackedText.h"

#include "core/tokenizer/Utf8.h"

namespace espalier {

TrackedText TrackedText::of(std::string_view text, std::size_t position)
{
    TrackedText result{std::string(text), {}, true};
    result.origins.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        nextCodePoint(text, at);
        result.origins.insert(result.origins.end(), at - begin, {position + begin, position + at});
    }
    return result;
}

Rewrite::Rewrite(TrackedText& target)
    : m_source(std::move(target))
    , m_target(target)
{
    m_target = TrackedText{{}, {}, m_source.tracked};
    m_target.text.reserve(m_source.text.size() + m_source.text.size() / 8);
}

void Rewrite::put(char32_t codePoint, std::size_t at)
{
    const std::size_t before = m_target.text.size();
    appendUtf8(m_target.text, codePoint);
    if (m_source.tracked) {
        putOrigins(m_target.text.size() - before, at);
    }
}

void Rewrite::cutTo(std::size_t size)
{
    m_target.text.resize(size);
    if (m_source.tracked) {
        m_target.origins.resize(size);
    }
}

void Rewrite::keepOrigins(std::size_t begin, std::size_t end)
{
    const auto first = m_source.origins.begin();
    m_target.origins.insert(m_target.origins.end(), first + static_cast<std::ptrdiff_t>(begin),
                            first + static_cast<std::ptrdiff_t>(end));
}

void Rewrite::putOrigins(std::size_t count, std::size_t at)
{
    const ByteRange origin = at < m_source.origins.size() ? m_source.origins[at] : ByteRange{};
    m_target.origins.insert(m_target.origins.end(), count, origin);
}

} // namespace espalier
