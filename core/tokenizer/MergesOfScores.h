// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"

#include <string>
#include <vector>

namespace espalier {

/// A piece of a SentencePiece model.
struct ScoredPiece {
    std::string text = {};
    float score = 0;
    bool isWord = true; // made by merging; not a byte, a control token or the unknown one
};

/// "merges" of a tokenizer.json whose BPE does what SentencePiece does with these pieces: every way
/// to put a piece together from two others, best score first, as transformers orders them.
Json mergesOfScores(const std::vector<ScoredPiece>& pieces);

} // namespace espalier
