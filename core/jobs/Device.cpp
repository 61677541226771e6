// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/Device.h"

#include "core/base/Error.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <charconv>
#include <dlfcn.h>
#include <optional>
#include <string_view>

namespace espalier {

namespace {

/// N of "cuda:N"; nothing for any other text.
std::optional<int> cudaNumber(std::string_view device)
{
    constexpr std::string_view kPrefix = "cuda:";
    int number = 0;
    if (!device.starts_with(kPrefix)) {
        return {};
    }
    const auto text = device.substr(kPrefix.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && number >= 0;
    return whole ? std::optional(number) : std::nullopt;
}

} // namespace

void requireDevice(const std::string& device)
{
    if (device == "cpu") {
        return;
    }
    const std::optional<int> number = cudaNumber(device);
    if (!number) {
        throw Error(ErrorCode::InvalidInput,
                    "\"" + device + "\" is not a device. Write cpu or cuda:N.");
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
    const auto count = at::detail::getCUDAHooks().deviceCount();
    if (*number >= count) {
        throw Error(ErrorCode::InvalidInput, "There is no device " + device +
                                                 ": this machine has " + std::to_string(count) +
                                                 ", numbered from cuda:0.");
    }
}

} // namespace espalier
