// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/TrackedText.h"

namespace espalier {

enum class UnicodeForm { Nfc = 1, Nfd, Nfkc, Nfkd };

/// A composed character stands for the first of those it was composed of, decomposed ones for the
/// character they come from.
void toUnicodeForm(TrackedText& text, UnicodeForm form);

} // namespace espalier
