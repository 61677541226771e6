// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// RunSpec::threads: far above every machine, far below what makes a system refuse threads.
inline constexpr std::int64_t kMostThreads = 1024;

} // namespace espalier
