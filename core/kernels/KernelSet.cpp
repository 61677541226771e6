// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/KernelSet.h"

namespace espalier {

const KernelSet& kernelSet(CpuPath path)
{
#if defined(__x86_64__)
    if (path == CpuPath::Avx512) {
        return avx512Kernels();
    }
    if (path == CpuPath::Avx2) {
        return avx2Kernels();
    }
#endif
    (void)path;
    return plainKernels();
}

} // namespace espalier
