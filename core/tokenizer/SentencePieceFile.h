// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What a SentencePiece .model says (sentencepiece_model.proto of the library).
struct SentencePieceFile {
    enum class Kind { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };
    enum class Algorithm { Unigram = 1, Bpe };

    std::vector<std::string> pieces = {}; // by id
    std::vector<float> scores = {};
    std::vector<Kind> kinds = {};
    Algorithm algorithm = Algorithm::Unigram;
    bool byteFallback = false;
    bool spaceIsSuffix = false;
    std::int32_t unknown = 0;
    std::int32_t bos = 1, eos = 2, pad = -1; // -1: none
    std::string charsMap = {};               // empty: characters stay as they are
    bool addDummyPrefix = true;
    bool removeExtraSpaces = true;
    bool escapeSpaces = true;

    bool isKind(std::int32_t id, Kind kind) const
    {
        return kinds[static_cast<std::size_t>(id)] == kind;
    }

    std::int32_t size() const { return static_cast<std::int32_t>(pieces.size()); }
};

/// Throws Corrupt, or Unsupported for the algorithms "word" and "char"; `where` names the file.
SentencePieceFile readSentencePiece(std::string_view content, const std::string& where);

} // namespace espalier
