// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/Device.h"

#include "core/base/Error.h"

#include <ATen/Context.h>

#include <dlfcn.h>

namespace espalier {

void requireDevice(const std::string& device)
{
    if (device == "cpu") {
        return;
    }
    // RTLD_GLOBAL: the library registers its kernels with the dispatcher of libtorch_cpu.
    static void* const library = ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
        const char* reason = ::dlerror();
        std::string message =
            "The device " + device + " needs libtorch_cuda.so, which cannot be opened";
        message += reason != nullptr ? std::string(" (") + reason + ")" : std::string();
        message += ". Use --device cpu, or a libtorch with CUDA and its libraries beside it.";
        throw Error(ErrorCode::Unsupported, message);
    }
    if (!at::hasCUDA()) {
        throw Error(ErrorCode::Unsupported,
                    "libtorch_cuda.so is open, but it finds no CUDA device for " + device +
                        ". Look at the driver with nvidia-smi, or use --device cpu.");
    }
    throw Error(ErrorCode::Unsupported, "This version of Espalier computes on the CPU only; " +
                                            device +
                                            " was found but cannot be used yet. Use --device cpu.");
}

} // namespace espalier
