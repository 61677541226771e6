// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops for AVX-512: 32 registers hold 14 rows x 32 columns.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)

// From here on: this file holds nothing but kernels.
#pragma GCC target("avx2,fma,avx512f")

namespace espalier {

namespace {

constexpr std::int64_t kLanes = 16;
using V = float __attribute__((vector_size(64)));
using W = unsigned __attribute__((vector_size(64)));
constexpr int kRows = 14, kPairRows = 4;

} // namespace

} // namespace espalier

#include "core/kernels/KernelBody.h"

namespace espalier {

const KernelSet& avx512Kernels()
{
    static const KernelSet set = makeSet(CpuPath::Avx512);
    return set;
}

} // namespace espalier

#endif
