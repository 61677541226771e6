// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// The header of a safetensors file in memory. Only Error may be thrown inside; anything else is a
/// finding.
int fuzzSafetensors(const std::uint8_t* data, std::size_t size);
