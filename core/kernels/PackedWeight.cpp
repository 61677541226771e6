// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/PackedWeight.h"

#include "core/base/Error.h"
#include "core/kernels/AmxTile.h"

#include <bit>
#include <cstring>

namespace espalier {

namespace {

/// Inputs of a panel: bf16 stands in pairs, and the matrix unit takes 16 pairs at a time.
std::int64_t storedDepth(std::int64_t inputs, PackedType type)
{
    return type == PackedType::BFloat16 ? amxDepth(inputs) : inputs;
}

/// Nearest, ties to even; NaN stays NaN.
std::uint16_t rounded(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
        return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);
    }
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

float widened(std::uint16_t value)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U);
}

} // namespace

PackedWeight::PackedWeight(std::int64_t outputs, std::int64_t inputs, PackedType type)
    : m_outputs(outputs)
    , m_inputs(inputs)
    , m_type(type)
{
    if (outputs < 1 || inputs < 1) {
        throw Error(ErrorCode::Internal, "A weight of " + std::to_string(outputs) + " x " +
                                             std::to_string(inputs) + " is to be packed.");
    }
    const std::int64_t size = type == PackedType::Float32 ? sizeof(float) : sizeof(std::uint16_t);
    m_stride = storedDepth(inputs, type) * kPanelColumns * size;
    m_memory = KernelMemory(static_cast<std::size_t>(panels() * m_stride));
    std::memset(m_memory.data() + (panels() - 1) * m_stride, 0, static_cast<std::size_t>(m_stride));
    if (storedDepth(inputs, type) != inputs) {
        std::memset(m_memory.data(), 0, m_memory.size());
    }
}

void PackedWeight::check(std::int64_t output) const
{
    if (output < 0 || output >= m_outputs) {
        throw Error(ErrorCode::Internal, "Output " + std::to_string(output) +
                                             " of a packed weight with " +
                                             std::to_string(m_outputs) + " outputs.");
    }
}

std::size_t PackedWeight::place(std::int64_t output, std::int64_t input) const
{
    const std::int64_t panelStart = output / kPanelColumns * kPanelColumns;
    const std::int64_t column = output - panelStart;
    const std::int64_t before = panelStart * storedDepth(m_inputs, m_type);
    return static_cast<std::size_t>(m_type == PackedType::Float32
                                        ? before + input * kPanelColumns + column
                                        : before + input / 2 * 2 * kPanelColumns + column * 2 +
                                              input % 2);
}

void PackedWeight::setRow(std::int64_t output, const float* row)
{
    check(output);
    if (m_type == PackedType::Float32) {
        auto* values = reinterpret_cast<float*>(m_memory.data());
        for (std::int64_t i = 0; i < m_inputs; ++i) {
            values[place(output, i)] = row[i];
        }
    } else {
        auto* values = reinterpret_cast<std::uint16_t*>(m_memory.data());
        for (std::int64_t i = 0; i < m_inputs; ++i) {
            values[place(output, i)] = rounded(row[i]);
        }
    }
}

void PackedWeight::setRow(std::int64_t output, const std::uint16_t* bf16)
{
    check(output);
    if (m_type == PackedType::Float32) {
        auto* values = reinterpret_cast<float*>(m_memory.data());
        for (std::int64_t i = 0; i < m_inputs; ++i) {
            values[place(output, i)] = widened(bf16[i]);
        }
    } else {
        auto* values = reinterpret_cast<std::uint16_t*>(m_memory.data());
        for (std::int64_t i = 0; i < m_inputs; ++i) {
            values[place(output, i)] = bf16[i];
        }
    }
}

void PackedWeight::setBias(std::int64_t output, float bias)
{
    check(output);
    m_bias.resize(static_cast<std::size_t>(panels() * kPanelColumns));
    m_bias[static_cast<std::size_t>(output)] = bias;
}

void PackedWeight::row(std::int64_t output, float* weights) const
{
    check(output);
    for (std::int64_t i = 0; i < m_inputs; ++i) {
        weights[i] = m_type == PackedType::Float32
                         ? reinterpret_cast<const float*>(m_memory.data())[place(output, i)]
                         : widened(reinterpret_cast<const std::uint16_t*>(
                               m_memory.data())[place(output, i)]);
    }
}

} // namespace espalier
