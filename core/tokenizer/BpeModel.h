// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/TokenModel.h"
#include "core/tokenizer/Vocabulary.h"

#include <unordered_map>
#include <unordered_set>

namespace espalier {

/// SentencePiece's kind of byte-pair encoding: any two neighbours that make a piece together are
/// joined, those with the highest score first.
struct ScoredPieces {
    std::vector<float> scores = {};  // by id
    std::vector<bool> joinable = {}; // by id: may come out of joining
    std::int32_t unknown = 0;
    bool byteFallback = false;
};

/// Byte-pair encoding: a word starts as its characters, and the pair that was learned first is
/// joined first.
class BpeModel : public TokenModel {
public:
    /// Of a tokenizer.json.
    BpeModel(const JsonPart& part, const Vocabulary& vocabulary);
    BpeModel(const ScoredPieces& pieces, const Vocabulary& vocabulary);

    void encode(std::string_view word, const TokenSink& sink) const override;

    /// Cuts between two characters that no merge ever brings together. A tokenizer without a
    /// pre-tokenizer (Llama 2) hands over the whole text as one word.
    std::vector<std::string_view> independentParts(std::string_view word) const override;

private:
    struct Merge {
        std::int32_t rank = 0;
        std::int32_t joined = 0;
    };

    struct PairHash {
        std::size_t operator()(std::uint64_t pair) const
        {
            pair *= 0x9E3779B97F4A7C15u; // ids are small: spread them over all bits
            return static_cast<std::size_t>(pair ^ (pair >> 32));
        }
    };

    struct Symbol {
        std::int32_t id = 0;
        std::int32_t previous = 0; // -1: none
        std::int32_t next = 0;     // -1: none
        bool gone = false;         // joined into the one before
        std::int32_t begin = 0;    // bytes of the word
        std::int32_t end = 0;
    };

    enum class Unknowns { AsSymbols = 1, AtTheEnd };

    static std::uint64_t pairOf(std::int32_t left, std::int32_t right);
    void readMerges(const JsonPart& part);
    void addMerge(const JsonPart& part, std::string_view left, std::string_view right,
                  std::int32_t rank);
    void addScoredMerges(const ScoredPieces& pieces, std::int32_t id,
                         const std::unordered_map<float, std::int32_t>& ranks);
    std::int32_t partId(const ScoredPieces& pieces, std::string_view text);
    void addTouching(std::string_view left, std::string_view right);
    void addUnknown(std::vector<Symbol>& symbols, std::optional<Symbol>& waiting) const;
    bool addBytes(std::vector<Symbol>& symbols, std::string_view word, Symbol where) const;
    Symbol unknownSymbol(std::string_view character) const;
    std::vector<Symbol> symbolsOf(std::string_view word) const;
    std::vector<Symbol> looseSymbolsOf(std::string_view word) const;
    void mergeAll(std::vector<Symbol>& symbols) const;
    void putWithUnknowns(const std::vector<Symbol>& symbols, std::string_view word,
                         const TokenSink& sink) const;
    bool isWholeToken(std::string_view word) const;

    const Vocabulary& m_vocabulary;
    std::unordered_map<std::uint64_t, Merge, PairHash> m_merges = {};
    std::unordered_set<std::uint64_t, PairHash> m_touching =
        {}; // characters that some merge brings together
    std::unordered_map<std::string, std::int32_t> m_loose =
        {};                // characters that are no pieces but parts of some
    std::string m_prefix;  // of every character but the first
    std::string m_suffix;  // of the last character
    std::string m_unknown; // stands for characters without a token; empty: they vanish
    bool m_fuseUnknown = true;
    bool m_ignoreMerges = false; // a word that is a token is that token
    bool m_byteFallback = false;
    Unknowns m_unknowns = Unknowns::AsSymbols;
    std::vector<std::int32_t> m_byteIds = {}; // 256; -1: no such token
};

} // namespace espalier
