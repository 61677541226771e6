// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

struct LayerwiseOptions {
    /// Windows of the calibration set, the first ones, on which the divergence from the dense model
    /// is measured after every block; 0: not measured.
    std::int64_t divergenceWindows = 0;
};

} // namespace espalier
