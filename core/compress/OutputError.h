// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace espalier {

using at::Tensor;

/// A fixed choice of input rows: every k-th of all rows that will be seen, so that at most 512 are
/// kept.
class ESPALIER_API InputSample {
public:
    explicit InputSample(std::int64_t rowsToCome = 0);
    void add(const Tensor& X);
    /// [rows x inputs]; undefined when nothing was seen.
    Tensor rows() const;

private:
    std::int64_t m_stride = 1;
    std::int64_t m_seen = 0;
    std::vector<Tensor> m_kept;
};

struct OutputError {
    std::optional<double> output = {}; // |W X - What X|^2 / |W X|^2; nothing: no inputs are known
    double weight = 0.0;               // |W - What|^2 / |W|^2
};

/// Exact from G = sum of x x^T where it is defined, else from the sampled rows X, else only the
/// weight's.
ESPALIER_API OutputError outputError(const Tensor& W, const Tensor& What, const Tensor& G,
                                     const Tensor& X);

/// Share of zeros, or of false.
ESPALIER_API double shareOfZeros(const Tensor& values);

} // namespace espalier
