// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"
#include "core/base/Export.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// What a handful of numbers say; values that are not finite are left out. NaN where there are too
/// few.
struct SampleStatistics {
    std::size_t count = 0;
    double mean = 0.0;
    double deviation = 0.0;     // n - 1; needs two
    double standardError = 0.0; // deviation / sqrt(n)
    double low = 0.0;           // confidence interval of the mean by Student's t
    double high = 0.0;
};

ESPALIER_API SampleStatistics describeSample(const std::vector<double>& values,
                                             double confidence = 0.95);

/// Below this many pairs the t test has a say.
inline constexpr std::size_t kFewPairs = 20;

struct BootstrapOptions {
    std::size_t resamples = 10000;
    std::uint64_t seed = 0;
    double confidence = 0.95;
};

/// The mean of a - b over pairs (the same windows, or the same seeds).
struct PairedDifference {
    std::size_t pairs = 0; // those where both are finite
    double mean = 0.0;
    double low = 0.0; // percentile interval, see pairedBootstrap
    double high = 0.0;
    double p = 1.0; // two-sided; never below 1 / (resamples + 1)
};

/// Equal arguments give equal results. Fewer than `kFewPairs` pairs resample too well-behaved
/// (three that agree in sign would give the smallest p there is), so there interval and p are also
/// no better than those of the paired t test. Throws InvalidInput for lists of different lengths.
/// NaN and p = 1 without pairs.
ESPALIER_API PairedDifference pairedBootstrap(const std::vector<double>& a,
                                              const std::vector<double>& b,
                                              const BootstrapOptions& options = {});

/// Holm's step-down correction, in the order of the arguments.
ESPALIER_API std::vector<double> holmAdjusted(const std::vector<double>& p);

enum class Verdict { Beats = 1, IsBeaten, Indistinguishable, TooFewSeeds };

/// How a comparison is judged. Below `fewestSeeds` pairs no claim is made.
struct VerdictOptions {
    Better better = Better::Lower;
    double alpha = 0.05;
    std::size_t fewestSeeds = 3;
    std::size_t plannedSeeds = 5;
    int decimals = 2;
    std::string pairs = "seeds"; // or "windows"
    std::string correction = {}; // "Holm-adjusted "
};

/// `difference` is that of (name - other).
ESPALIER_API Verdict verdictOf(const PairedDifference& difference,
                               const VerdictOptions& options = {});

/// "SparseGPT beats Wanda: perplexity 0.57 lower (95 % CI 0.49 to 0.66, p < 0.001; paired
/// bootstrap, 5 seeds)."
/// "... is indistinguishable from ...", "...: not enough seeds to tell (2; 5 planned)."
ESPALIER_API std::string verdictText(const std::string& name, const std::string& other,
                                     const std::string& metric, const PairedDifference& difference,
                                     const VerdictOptions& options = {});

} // namespace espalier
