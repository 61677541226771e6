// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/CharsMap.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <utf8proc.h>

namespace espalier {

namespace {

constexpr std::size_t kLongestGrapheme = 5; // bytes; only those are looked up as a whole

/// SentencePiece's map of characters as the Hugging Face library applies it: to whole graphemes,
/// else to single characters, and of several entries the shortest. (SentencePiece itself takes the
/// longest at every place; see SentencePieceNormalizer.)
class Precompiled : public Normalizer {
public:
    explicit Precompiled(const JsonPart& part)
        : m_map(blobOf(part), part.where())
    {
    }

    void apply(TrackedText& text) const override
    {
        Rewrite rewrite(text);
        const std::string_view source = rewrite.source();
        for (std::size_t begin = 0; begin < source.size();) {
            const std::size_t end = graphemeEnd(source, begin);
            if (end - begin > kLongestGrapheme || !replaced(rewrite, begin, end)) {
                for (std::size_t at = begin; at < end;) {
                    const std::size_t from = at;
                    nextCodePoint(source, at);
                    if (!replaced(rewrite, from, at)) {
                        rewrite.keep(from, at);
                    }
                }
            }
            begin = end;
        }
    }

private:
    static std::string blobOf(const JsonPart& part)
    {
        auto blob = fromBase64(part.text("precompiled_charsmap"));
        if (!blob) {
            part.corrupt("has a \"precompiled_charsmap\" that is not base64");
        }
        return std::move(*blob);
    }

    static std::size_t graphemeEnd(std::string_view text, std::size_t begin)
    {
        std::size_t end = begin;
        auto before = static_cast<utf8proc_int32_t>(nextCodePoint(text, end));
        utf8proc_int32_t state = 0;
        while (end < text.size()) {
            std::size_t next = end;
            const auto after = static_cast<utf8proc_int32_t>(nextCodePoint(text, next));
            if (utf8proc_grapheme_break_stateful(before, after, &state)) {
                break;
            }
            before = after;
            end = next;
        }
        return end;
    }

    /// The n-th new character stands for the n-th old one, those left over for the last.
    bool replaced(Rewrite& rewrite, std::size_t begin, std::size_t end) const
    {
        const std::string_view source = rewrite.source();
        const auto match = m_map.shortest(source.substr(begin, end - begin));
        if (!match) {
            return false;
        }
        std::size_t old = begin;
        for (std::size_t at = 0; at < match->replacement.size();) {
            const std::size_t from = at;
            at = std::min(characterEnd(match->replacement, at), match->replacement.size());
            rewrite.put(match->replacement.substr(from, at - from), old);
            const std::size_t following = characterEnd(source, old);
            old = following < end ? following : old;
        }
        return true;
    }

    CharsMap m_map;
};

} // namespace

std::unique_ptr<Normalizer> makePrecompiled(const JsonPart& part)
{
    return std::make_unique<Precompiled>(part);
}

} // namespace espalier
