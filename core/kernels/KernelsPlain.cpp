// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops for every processor: four numbers a vector, which any of them has or imitates.
#include "core/kernels/KernelSet.h"

namespace espalier {

namespace {

constexpr std::int64_t kLanes = 4;
using V = float __attribute__((vector_size(16)));
using W = unsigned __attribute__((vector_size(16)));
constexpr int kRows = 4, kPairRows = 2;

} // namespace

} // namespace espalier

#include "core/kernels/KernelBody.h"

namespace espalier {

const KernelSet& plainKernels()
{
    static const KernelSet set = makeSet(CpuPath::Plain);
    return set;
}

} // namespace espalier
