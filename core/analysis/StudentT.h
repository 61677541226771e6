// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

namespace espalier {

/// Student's t: P(T <= t), and the t where it is `probability`. Any degrees of freedom above 0.
ESPALIER_API double studentDistribution(double t, double degreesOfFreedom);
ESPALIER_API double studentQuantile(double probability, double degreesOfFreedom);

} // namespace espalier
