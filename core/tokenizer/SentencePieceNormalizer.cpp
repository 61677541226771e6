// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/SentencePieceNormalizer.h"

#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

std::size_t longestPrefix(const ByteTrie& keys, std::string_view text)
{
    std::size_t longest = 0;
    std::int32_t node = ByteTrie::kRoot;
    for (std::size_t i = 0; !keys.empty() && i < text.size(); ++i) {
        node = keys.step(node, text[i]);
        if (node < 0) {
            break;
        }
        longest = keys.valueAt(node) >= 0 ? i + 1 : longest;
    }
    return longest;
}

SentencePieceNormalizer::SentencePieceNormalizer(const SentencePieceFile& file,
                                                 ByteTrie userDefined, DummyPrefix prefix,
                                                 const std::string& where)
    : m_userDefined(std::move(userDefined))
    , m_space(file.escapeSpaces ? "\xE2\x96\x81" : " ")
    , m_prefix(prefix)
    , m_addsPrefix(file.addDummyPrefix)
    , m_spaceIsSuffix(file.spaceIsSuffix)
    , m_removesExtra(file.removeExtraSpaces)
{
    if (!file.charsMap.empty()) {
        m_map.emplace(file.charsMap, where);
    }
}

SentencePieceNormalizer::Prefix SentencePieceNormalizer::prefixOf(std::string_view text) const
{
    if (const std::size_t length = longestPrefix(m_userDefined, text); length > 0) {
        return {length, text.substr(0, length)};
    }
    if (const auto match = m_map ? m_map->longest(text) : std::nullopt) {
        return {match->length, match->replacement};
    }
    const std::size_t end = characterEnd(text, 0);
    return {end, text.substr(0, end)};
}

void SentencePieceNormalizer::apply(TrackedText& text, bool atStart) const
{
    Rewrite rewrite(text);
    const std::string_view source = rewrite.source();
    std::size_t at = 0;
    while (m_removesExtra && at < source.size()) {
        const Prefix prefix = prefixOf(source.substr(at));
        if (prefix.text != " ") {
            break;
        }
        at += prefix.length;
    }
    if (at >= source.size()) {
        return;
    }
    const bool adds = m_addsPrefix && (atStart || m_prefix == DummyPrefix::EachStretch);
    if (adds && !m_spaceIsSuffix) {
        rewrite.put(m_space, at);
    }
    putBody(rewrite, at);
    while (m_removesExtra && rewrite.result().ends_with(m_space)) {
        rewrite.cutTo(rewrite.result().size() - m_space.size());
    }
    if (adds && m_spaceIsSuffix) {
        rewrite.put(m_space, source.size() - 1);
    }
}

void SentencePieceNormalizer::putBody(Rewrite& rewrite, std::size_t at) const
{
    const std::string_view source = rewrite.source();
    bool afterSpace = m_removesExtra;
    while (at < source.size()) {
        const Prefix prefix = prefixOf(source.substr(at));
        std::string_view mapped = prefix.text;
        while (afterSpace && mapped.starts_with(' ')) {
            mapped.remove_prefix(1);
        }
        if (!mapped.empty()) {
            afterSpace = mapped.ends_with(' ');
            putMapped(rewrite, mapped, {at, at + prefix.length});
        }
        afterSpace = afterSpace && m_removesExtra;
        at += prefix.length;
    }
}

/// The n-th new character stands for the n-th old one, those left over for the last.
void SentencePieceNormalizer::putMapped(Rewrite& rewrite, std::string_view mapped,
                                        ByteRange source) const
{
    std::size_t old = source.begin;
    for (std::size_t i = 0; i < mapped.size();) {
        const std::size_t end = std::min(characterEnd(mapped, i), mapped.size());
        rewrite.put(mapped[i] == ' ' ? std::string_view(m_space) : mapped.substr(i, end - i), old);
        const std::size_t following = characterEnd(rewrite.source(), old);
        old = following < source.end ? following : old;
        i = end;
    }
}

} // namespace espalier
