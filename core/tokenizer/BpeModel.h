// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Vocabulary.h"

#include <array>
#include <unordered_set>

namespace espalier {

/// Byte-pair encoding: a word starts as its characters, and the pair that was learned first is
/// joined first.
class BpeModel {
public:
    BpeModel(const JsonPart& part, const Vocabulary& vocabulary);

    /// The words of one text: what came out for a word is kept, since most words come again and
    /// again.
    class Words;

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
    };

    static std::uint64_t pairOf(std::int32_t left, std::int32_t right);
    void readMerges(const JsonPart& part);
    void addMerge(const JsonPart& part, std::string_view left, std::string_view right,
                  std::int32_t rank);
    void addUnknown(std::vector<Symbol>& symbols, std::optional<std::int32_t>& waiting) const;
    bool addBytes(std::vector<Symbol>& symbols, std::string_view character) const;
    std::vector<Symbol> symbolsOf(std::string_view word) const;
    void mergeAll(std::vector<Symbol>& symbols) const;
    void encode(std::string_view word, std::vector<std::int32_t>& ids) const;
    std::vector<std::string_view> independentParts(std::string_view word) const;

    const Vocabulary& m_vocabulary;
    std::unordered_map<std::uint64_t, Merge, PairHash> m_merges = {};
    std::unordered_set<std::uint64_t, PairHash> m_touching =
        {};                // characters that some merge brings together
    std::string m_prefix;  // of every character but the first
    std::string m_suffix;  // of the last character
    std::string m_unknown; // stands for characters without a token; empty: they vanish
    bool m_fuseUnknown;
    bool m_ignoreMerges; // a word that is a token is that token
    bool m_byteFallback;
    std::array<std::int32_t, 256> m_byteIds = {}; // -1: no such token
};

class BpeModel::Words {
public:
    explicit Words(const BpeModel& model)
        : m_model(model)
    {
    }

    /// `word` must stay where it is as long as this object lives.
    void append(std::string_view word, std::vector<std::int32_t>& ids);

private:
    void appendKept(std::string_view word, std::vector<std::int32_t>& ids);

    struct Stored {
        std::size_t begin = 0;
        std::size_t count = 0;
    };

    const BpeModel& m_model;
    std::unordered_map<std::string_view, Stored> m_stored = {};
    std::vector<std::int32_t> m_ids = {};
};

} // namespace espalier
