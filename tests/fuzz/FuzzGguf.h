// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// Metadata, tensor table, a few unpacked rows, config and tokenizer of a GGUF file in memory. Only
/// Error may be thrown inside; anything else is a finding.
int fuzzGguf(const std::uint8_t* data, std::size_t size);
