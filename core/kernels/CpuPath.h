// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <string_view>
#include <vector>

namespace espalier {

/// Which of this folder's own kernels a processor runs. Avx2 means FMA too.
enum class CpuPath { Plain = 1, Avx2, Avx512 };

/// "plain", "AVX2", "AVX-512".
ESPALIER_API std::string_view nameOf(CpuPath path);

/// Those that this processor has, in the order above; Plain always.
ESPALIER_API std::vector<CpuPath> cpuPaths();

/// The last of them: fixed for a machine, so that two runs give equal bits.
ESPALIER_API CpuPath cpuPath();

} // namespace espalier
