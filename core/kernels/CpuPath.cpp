// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/CpuPath.h"

namespace espalier {

std::string_view nameOf(CpuPath path)
{
    switch (path) {
    case CpuPath::Avx2:
        return "AVX2";
    case CpuPath::Avx512:
        return "AVX-512";
    case CpuPath::Plain:
        break;
    }
    return "plain";
}

std::vector<CpuPath> cpuPaths()
{
    std::vector<CpuPath> paths{CpuPath::Plain};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
        paths.push_back(CpuPath::Avx2);
        if (__builtin_cpu_supports("avx512f") != 0) {
            paths.push_back(CpuPath::Avx512);
        }
    }
#endif
    return paths;
}

CpuPath cpuPath()
{
    static const CpuPath path = cpuPaths().back();
    return path;
}

} // namespace espalier
