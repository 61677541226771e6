// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

namespace espalier::test {

/// One parameter of every kind.
inline ParamSchema sampleSchema()
{
    return {
        {.key = "pattern",
         .label = "Pattern",
         .help = "2 of 4 weights stay in every group",
         .group = "Target",
         .domain = Choice{{"unstructured", "2:4", "4:8"}},
         .fallback = "unstructured"},
        {.key = "sparsity",
         .label = "Target sparsity",
         .help = "Share of weights set to zero in every output row.",
         .symbol = "s",
         .group = "Target",
         .domain = RealRange{.min = 0, .max = 0.95},
         .fallback = 0.5},
        {.key = "block-size",
         .label = "Block size",
         .help = "columns updated at once; also a quality knob",
         .symbol = "B",
         .group = "Solver",
         .domain = IntRange{.min = 4, .max = 4096, .multipleOf = 4},
         .fallback = 128},
        {.key = "damping",
         .label = "Damping",
         .help = "× mean of diag(H), added to the Hessian diagonal",
         .symbol = "λ",
         .group = "Solver",
         .domain = RealRange{.min = 1e-6, .max = 1, .logarithmic = true},
         .fallback = 0.01},
        {.key = "keep-head",
         .label = "Leave head dense",
         .help = "the output layer is not touched",
         .group = "Target",
         .domain = Flag{},
         .fallback = true},
        {.key = "order",
         .label = "Column order",
         .help = "in which order columns are visited",
         .group = "Solver",
         .advanced = true,
         .domain = Choice{{"natural", "by norm", "by error", "by diagonal", "random"}},
         .fallback = "natural"},
        {.key = "blocks",
         .label = "Blocks",
         .help = "only these blocks",
         .group = "Solver",
         .advanced = true,
         .domain = ListOf{.element = IntRange{.min = 0}},
         .fallback = std::vector<ParamValue>{}},
        {.key = "scores",
         .label = "Scores file",
         .help = "importance scores from elsewhere",
         .group = "Files",
         .domain = Text{.file = true},
         .optional = true},
        {.key = "seconds",
         .label = "Time limit",
         .help = "stops after this long",
         .unit = "s",
         .group = "Files",
         .domain = IntRange{.min = 1},
         .optional = true},
    };
}

} // namespace espalier::test
