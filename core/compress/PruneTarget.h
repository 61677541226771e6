// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/compress/LayerwiseOptions.h"
#include "core/method/MethodInfo.h"
#include "core/model/ModelConfig.h"
#include "core/params/Params.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// N:M sparsity: of every M neighbouring inputs of a row, N weights are removed (N kept only for
/// 2:4 and 4:8).
struct Pattern {
    std::int64_t removed = 2;
    std::int64_t of = 4;

    double sparsity() const { return static_cast<double>(removed) / static_cast<double>(of); }

    bool operator==(const Pattern&) const = default;
};

/// Nothing for "unstructured" and for text that is no pattern.
ESPALIER_API std::optional<Pattern> patternFromText(std::string_view text);
ESPALIER_API std::string toText(const Pattern& pattern);

/// How many of a group of equal rank are pruned.
enum class Counting {
    Exact = 1, // floor(n s)
    Reference, // as the published scripts count: see Masks.h
};

/// What every one-shot pruning method asks the user.
struct PruneTarget {
    double sparsity = 0.5;
    std::string pattern = "unstructured";
    bool referenceCount = false;
    std::int64_t divergenceWindows = 0;

    std::optional<Pattern> groups() const { return patternFromText(pattern); }

    Counting counting() const { return referenceCount ? Counting::Reference : Counting::Exact; }

    /// What the zeros will come to: the pattern's share where there is a pattern.
    double aim() const { return groups() ? groups()->sparsity() : sparsity; }
};

void fields(auto& field, PruneTarget& p)
{
    field(p.sparsity, {.key = "sparsity",
                       .label = "Target sparsity",
                       .help = "Share of the weights set to zero in every linear of a block.",
                       .symbol = "s",
                       .domain = RealRange{.min = 0.0, .max = 0.99}});
    field(p.pattern,
          {.key = "pattern",
           .label = "Pattern",
           .help =
               "unstructured, or N:M: N of every M neighbouring inputs of a row are removed; the "
               "sparsity is then N / M.",
           .domain = Text{.pattern = "unstructured|[1-9][0-9]{0,3}:[1-9][0-9]{0,3}",
                          .patternHelp = "unstructured, or N:M such as 2:4"}});
    field(
        p.referenceCount,
        {.key = "reference-count",
         .label = "Count as the published scripts do",
         .help =
             "For comparisons with published scripts: their rounding and their inclusive threshold "
             "instead of exactly floor(n s) of each group.",
         .advanced = true});
    field(
        p.divergenceWindows,
        {.key = "block-kl-windows",
         .label = "Measure KL after every block on",
         .help =
             "Windows of the calibration set, the first ones, on which KL(dense || pruned so far) "
             "is measured after every block, the later blocks still dense; 0: not measured. Each "
             "block then costs a pass through the rest of the model.",
         .unit = "windows",
         .advanced = true,
         .domain = IntRange{.min = 0, .max = 65536}});
}

/// What the target asks of the walk.
inline LayerwiseOptions walkOptions(const PruneTarget& target)
{
    return {.divergenceWindows = target.divergenceWindows};
}

/// A pattern that is none, one that contradicts the sparsity, or a model whose inputs it does not
/// divide.
ESPALIER_API std::vector<ParamIssue> checkTarget(const PruneTarget& target,
                                                 const ModelConfig* config);

/// What zeros in dense storage do and do not bring.
ESPALIER_API Expectation expectDenseStorage(const ModelConfig& config, const PruneTarget& target);

} // namespace espalier
