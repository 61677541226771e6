// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/method/BuildInfo.h" // product version, compiler and libtorch: these must be equal
#include "core/method/Method.h"

#include <cstdint>

namespace espalier {

/// What a method library exports as `espalier_plugin`. Plain data, read before any C++ call is
/// made.
struct PluginEntry {
    std::uint32_t abi;   // kPluginAbi of the SDK it was built with
    const char* build;   // ESPALIER_BUILD_ID of the SDK it was built with
    Method* (*create)(); // the catalog owns the result and never unloads the library
};

constexpr std::uint32_t kPluginAbi = 1;

} // namespace espalier

/// The one macro of a plugin: ESPALIER_PLUGIN(Wanda) at the end of its file.
#define ESPALIER_PLUGIN(MethodClass)                                                               \
    extern "C" ESPALIER_API const ::espalier::PluginEntry espalier_plugin;                         \
    extern "C" ESPALIER_API const ::espalier::PluginEntry espalier_plugin = {                      \
        ::espalier::kPluginAbi, ESPALIER_BUILD_ID,                                                 \
        []() -> ::espalier::Method* { return new MethodClass; }};
