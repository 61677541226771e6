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

/// Throws InvalidInput when student and teacher do not share one vocabulary: both sizes, or the
/// first id that means something else and both its meanings. Returns what could not be compared, in
/// a sentence; empty: everything was.
ESPALIER_API std::string requireSameVocabulary(const VocabularyOf& student,
                                               const VocabularyOf& teacher);

} // namespace espalier
