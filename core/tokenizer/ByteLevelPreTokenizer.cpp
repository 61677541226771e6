// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ByteAlphabet.h"
#include "core/tokenizer/Cutting.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/PreTokenizers.h"
#include "core/tokenizer/TextPattern.h"

namespace espalier {

namespace {

// GPT-2's pattern, which ByteLevel uses unless told not to.
constexpr std::string_view kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class ByteLevel : public PreTokenizer {
public:
    explicit ByteLevel(const JsonPart& part)
        : m_addSpace(part.flag("add_prefix_space", true))
        , m_cuts(part.flag("use_regex", true))
        , m_pattern(kByteLevelPattern, part.where())
    {
    }

    void apply(Pieces& pieces) const override
    {
        if (m_addSpace) {
            for (const Piece& piece : pieces.takeList()) {
                if (piece.text.front() == ' ') {
                    pieces.add(piece);
                    continue;
                }
                TrackedText spaced = piece.copy();
                prependTo(spaced, " ");
                pieces.add(pieces.keep(std::move(spaced), piece.atStart));
            }
        }
        if (m_cuts) {
            cutByPattern(pieces, m_pattern, Cut::Isolated, Matches::AsFound);
        }
        spell(pieces);
    }

private:
    /// All pieces in one buffer, written in the byte alphabet.
    static void spell(Pieces& pieces)
    {
        const std::vector<Piece> plain = pieces.takeList();
        TrackedText spelled;
        spelled.tracked = !plain.empty() && plain.front().origins != nullptr;
        std::vector<std::size_t> ends;
        ends.reserve(plain.size());
        for (const Piece& piece : plain) {
            appendByteCharacters(spelled.text, piece.text);
            for (std::size_t i = 0; spelled.tracked && i < piece.text.size(); ++i) {
                const auto byte = static_cast<unsigned char>(piece.text[i]);
                spelled.origins.insert(spelled.origins.end(), byteCharacter(byte).size(),
                                       piece.origins[i]);
            }
            ends.push_back(spelled.text.size());
        }
        const Piece all = pieces.keep(std::move(spelled), false);
        std::size_t begin = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            Piece word = all.part(begin, ends[i]);
            word.atStart = plain[i].atStart;
            pieces.add(word);
            begin = ends[i];
        }
    }

    bool m_addSpace;
    bool m_cuts;
    Regex m_pattern;
};

} // namespace

std::unique_ptr<PreTokenizer> makeByteLevel(const JsonPart& part)
{
    return std::make_unique<ByteLevel>(part);
}

} // namespace espalier
