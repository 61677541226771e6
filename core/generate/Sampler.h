// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Random.h"
#include "core/generate/Generator.h"

#include <cstdint>
#include <span>

namespace espalier {

/// The first of the largest.
ESPALIER_API std::int32_t largestToken(std::span<const float> logits);

/// One token by its logits: the largest at temperature 0, else drawn. Throws Numeric when the
/// largest logit is not finite.
ESPALIER_API std::int32_t chooseToken(std::span<const float> logits, const GenerateOptions& options,
                                      Random& random);

/// Throws InvalidInput for an empty prompt or an option out of range.
void checkGeneration(std::span<const std::int32_t> prompt, const GenerateOptions& options);

} // namespace espalier
