// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <string>

namespace espalier {

/// A model as far as its vocabulary goes.
struct VocabularyOf {
    Path folder = {};      // where tokenizer.json may lie
    std::int64_t size = 0; // rows of the head
};

/// What the two are called in a refusal, and what it tells to do.
struct VocabularyWords {
    std::string first = "student", second = "teacher";
    std::string remedy = "Distilling logits needs one vocabulary: choose a teacher and a student "
                         "that share their tokenizer.";
};

/// Those of a divergence of "model" from `reference`.
ESPALIER_API VocabularyWords wordsOfDivergence(const std::string& reference);

/// Throws InvalidInput when the two do not share one vocabulary: both sizes, or the
/// first id that means something else and both its meanings. Returns what could not be compared, in
/// a sentence; empty: everything was.
ESPALIER_API std::string requireSameVocabulary(const VocabularyOf& first,
                                               const VocabularyOf& second,
                                               const VocabularyWords& words = {});

} // namespace espalier
