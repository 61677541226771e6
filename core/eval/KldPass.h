// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/eval/Evaluation.h"
#include "core/eval/KldBaseFile.h"
#include "core/eval/KldStatistics.h"
#include "core/eval/ProtocolPasses.h"
#include "core/model/CausalLM.h"

#include <span>

namespace espalier {

struct WrittenKldBase {
    KldBaseHeader header = {};
    ProtocolResult perplexity = {}; // of the same pass
};

/// Writes `file` with the model's distributions behind the second half of every chunk, as
/// llama.cpp's --kl-divergence-base does. `step` counts chunks.
ESPALIER_API WrittenKldBase writeKldBase(CausalLM& model, std::span<const std::int32_t> tokens,
                                         const ChunkOptions& options, const Path& file,
                                         const StepFunction& step);

struct KldComparison {
    KldBaseHeader header = {};
    std::vector<KldToken> tokens = {};
    std::vector<double> chunkMeans = {}; // divergence of each chunk, for paired tests
};

/// The model against the distributions in `file`, on the tokens in it; `length` and `chunks` of
/// the options are the file's. Refuses another vocabulary (InvalidInput); Numeric for a
/// distribution that is no number.
ESPALIER_API KldComparison compareWithKldBase(CausalLM& model, const Path& file,
                                              const ChunkOptions& options,
                                              const StepFunction& step);

} // namespace espalier
