// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Tokenizer.h"

namespace espalier {

Tokenizer::~Tokenizer() = default;

} // namespace espalier
