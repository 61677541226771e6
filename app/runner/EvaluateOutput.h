// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"

namespace espalier::cli {

/// An evaluation as a table on stdout: figures with standard error and n under the name of their
/// protocol, llama.cpp's own lines for a divergence from base logits, else key by key.
void printEvaluation(const Json& result);

} // namespace espalier::cli
