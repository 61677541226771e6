// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/FuzzSafetensors.h"

#include "core/base/Error.h"
#include "core/checkpoint/SafetensorsFile.h"

using namespace espalier;

int fuzzSafetensors(const std::uint8_t* data, std::size_t size)
{
    try {
        readSafetensorsHeader({reinterpret_cast<const char*>(data), size}, "fuzz.safetensors");
    } catch (const Error&) { // refused in words: what is wanted
    }
    return 0;
}
