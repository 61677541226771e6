// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// One number of a metric series. A NaN value means "not a number": stored as NULL, drawn as a gap.
struct MetricPoint {
    std::int64_t step = 0;
    double value = 0.0;
    std::int64_t atMs = 0; // Unix time in milliseconds; 0: now

    bool operator==(const MetricPoint&) const = default;
};

/// Series names are paths: "train/loss/kl", "sparsity/blocks.3.self_attn.q_proj".
struct MetricSeries {
    std::string name = {};
    std::string unit = {};
    std::vector<MetricPoint> points = {};

    bool operator==(const MetricSeries&) const = default;
};

} // namespace espalier
