// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops for AVX2: 16 registers hold 6 rows x 16 columns.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)

// From here on: this file holds nothing but kernels.
#pragma GCC target("avx2,fma")

namespace espalier {

namespace {

constexpr std::int64_t kLanes = 8;
using V = float __attribute__((vector_size(32)));
using W = unsigned __attribute__((vector_size(32)));
constexpr int kRows = 6, kPairRows = 3;

} // namespace

} // namespace espalier

#include "core/kernels/KernelBody.h"

namespace espalier {

const KernelSet& avx2Kernels()
{
    static const KernelSet set = makeSet(CpuPath::Avx2);
    return set;
}

} // namespace espalier

#endif
