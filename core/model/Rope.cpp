// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Rope.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

/// Llama 3.1: long waves are stretched by the factor, short ones kept, those between are blended.
Tensor llama3Frequencies(const Tensor& frequencies, const RopeScaling& scaling)
{
    const auto positions = static_cast<double>(scaling.originalMaxPositions);
    const double low = scaling.lowFrequencyFactor, high = scaling.highFrequencyFactor;
    const Tensor wavelength = 2.0 * M_PI / frequencies;
    const Tensor stretched =
        at::where(wavelength > positions / low, frequencies / scaling.factor, frequencies);
    const Tensor smooth = (positions / wavelength - low) / (high - low);
    const Tensor blended = (1.0 - smooth) * stretched / scaling.factor + smooth * stretched;
    const Tensor isBetween =
        (wavelength >= positions / high).logical_and(wavelength <= positions / low);
    return at::where(isBetween, blended, stretched);
}

} // namespace

Tensor rotaryFrequencies(const ModelConfig& config)
{
    // fp32 throughout, as the reference does: the digits lost here are part of the trained model.
    const std::int64_t rotated = config.rotaryDim > 0 ? config.rotaryDim : config.headDim;
    const Tensor exponent = at::arange(0, rotated, 2, at::kLong).to(at::kFloat) / rotated;
    const Tensor frequencies = 1.0 / at::pow(config.ropeTheta, exponent);
    if (config.ropeScaling.kind == "linear") {
        return frequencies / config.ropeScaling.factor;
    }
    if (config.ropeScaling.kind == "llama3") {
        return llama3Frequencies(frequencies, config.ropeScaling);
    }
    return frequencies;
}

RotaryTable::RotaryTable(const ModelConfig& config, at::Device device)
    : m_device(device)
    , m_frequencies(rotaryFrequencies(config))
{
}

void RotaryTable::grow(std::int64_t positions)
{
    constexpr std::int64_t kFirstPositions = 256;
    const std::int64_t have = m_cos.defined() ? m_cos.size(0) : 0;
    if (positions > have) {
        const at::NoGradGuard guard;
        const std::int64_t wanted = std::max({positions, 2 * have, kFirstPositions});
        const Tensor angles = at::outer(at::arange(wanted, at::kFloat), m_frequencies);
        m_cos = angles.cos().to(m_device); // made on the CPU: the same table on every device
        m_sin = angles.sin().to(m_device);
    }
}

std::pair<Tensor, Tensor> RotaryTable::at(std::int64_t begin, std::int64_t length)
{
    grow(begin + length);
    return {m_cos.narrow(0, begin, length), m_sin.narrow(0, begin, length)};
}

std::pair<Tensor, Tensor> RotaryTable::at(const BlockCall& call, std::int64_t length)
{
    const std::int64_t begin = call.cache != nullptr ? call.cache->positions : 0;
    if (!call.positions.defined()) {
        return at(begin, length);
    }
    grow(begin + length); // padding makes positions smaller, never larger
    const auto rows = [&](const Tensor& table) {
        return table.index_select(0, call.positions.reshape({-1}))
            .view({call.positions.size(0), 1, length, -1});
    };
    return {rows(m_cos), rows(m_sin)};
}

Tensor rotate(const Tensor& x, const Tensor& cos, const Tensor& sin)
{
    const std::int64_t half = cos.size(-1), rest = x.size(-1) - 2 * half;
    const Tensor wide = x.to(at::kFloat);
    const Tensor first = wide.narrow(-1, 0, half), second = wide.narrow(-1, half, half);
    std::vector<Tensor> parts{first * cos - second * sin, second * cos + first * sin};
    if (rest > 0) {
        parts.push_back(wide.narrow(-1, 2 * half, rest));
    }
    return at::cat(parts, -1).to(x.scalar_type());
}

} // namespace espalier
