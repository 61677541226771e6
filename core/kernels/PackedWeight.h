// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/KernelSet.h"
#include "core/kernels/Team.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

enum class PackedType { Float32 = 1, BFloat16 };

/// A weight [outputs x inputs] as the kernels read it, once, for products with any number of rows:
/// panels of 32 outputs, in each the 32 numbers of one input side by side (bf16: of two inputs).
/// Outputs that fill the last panel up, and biases that were not given, are zero.
class ESPALIER_API PackedWeight {
public:
    PackedWeight() = default;
    PackedWeight(std::int64_t outputs, std::int64_t inputs, PackedType type);

    std::int64_t outputs() const { return m_outputs; }

    std::int64_t inputs() const { return m_inputs; }

    std::int64_t panels() const { return (m_outputs + kPanelColumns - 1) / kPanelColumns; }

    PackedType type() const { return m_type; }

    /// `row` holds the inputs() weights of `output`. Different outputs may be set on different
    /// threads.
    void setRow(std::int64_t output, const float* row);
    void setRow(std::int64_t output, const std::uint16_t* bf16);
    void setBias(std::int64_t output, float bias);
    /// The weights of `output`, as they were given (bf16: widened).
    void row(std::int64_t output, float* weights) const;

    const std::byte* panel(std::int64_t index) const { return m_memory.data() + index * m_stride; }

    std::int64_t panelBytes() const { return m_stride; }

    /// Of the outputs of a panel; nothing when there is no bias.
    const float* bias(std::int64_t panel) const
    {
        return m_bias.empty() ? nullptr : m_bias.data() + panel * kPanelColumns;
    }

    std::size_t bytes() const { return m_memory.size() + m_bias.size() * sizeof(float); }

private:
    /// Of input `input` of output `output`, in elements.
    std::size_t place(std::int64_t output, std::int64_t input) const;
    void check(std::int64_t output) const;

    std::int64_t m_outputs = 0, m_inputs = 0, m_stride = 0;
    PackedType m_type = PackedType::Float32;
    KernelMemory m_memory;
    std::vector<float> m_bias;
};

} // namespace espalier
