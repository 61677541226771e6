// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/ByteTrie.h"
#include "core/tokenizer/CharsMap.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/SentencePieceFile.h"

namespace espalier {

enum class DummyPrefix { EachStretch = 1, OnlyAtStart };

/// The longest key that `text` begins with, in bytes; 0: none.
std::size_t longestPrefix(const ByteTrie& keys, std::string_view text);

/// What SentencePiece does to a text: characters are mapped, spaces become U+2581, runs of them
/// one, and one is put in front. User-defined pieces stay as they are.
class SentencePieceNormalizer : public Normalizer {
public:
    SentencePieceNormalizer(const SentencePieceFile& file, ByteTrie userDefined, DummyPrefix prefix,
                            const std::string& where);

    void apply(TrackedText& text) const override { apply(text, true); }

    void apply(TrackedText& text, bool atStart) const override;

private:
    struct Prefix { // what the text begins with, and what becomes of it
        std::size_t length = 0;
        std::string_view text = {};
    };

    Prefix prefixOf(std::string_view text) const;
    void putBody(Rewrite& rewrite, std::size_t at) const;
    void putMapped(Rewrite& rewrite, std::string_view mapped, ByteRange source) const;

    std::optional<CharsMap> m_map = {};
    ByteTrie m_userDefined;
    std::string m_space;
    DummyPrefix m_prefix;
    bool m_addsPrefix;
    bool m_spaceIsSuffix;
    bool m_removesExtra;
};

} // namespace espalier
