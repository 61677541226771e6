// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/eval/Evaluation.h"
#include "core/model/Transformer.h"
#include "core/run/RunRecord.h"

#include <string>
#include <vector>

namespace espalier {

struct ExportInputs {
    Transformer* model = nullptr;
    Path sourceFolder = {}; // or GGUF file: tokenizer and the like are copied from here
    Path outputFolder =
        {}; // must not exist, or be empty, or hold an earlier export of the same spec
    std::string recipe = {};    // recipe.yaml, as text
    std::string modelCard = {}; // README.md, as text
    Json provenance = {}; // "fingerprint" (of the spec) tells an earlier export of the same spec
};

/// Writes a Hugging Face folder (weights, config.json, tokenizer, README.md, recipe.yaml,
/// SHA256SUMS) into a temporary folder beside `outputFolder`, reads it again by an independent path
/// (its own safetensors reading and a fresh model), compares logits on fixed tokens bit by bit,
/// writes certificate.json, then renames. A mismatch throws Corrupt and leaves nothing under the
/// final name. Weights are stored in the type of the source checkpoint. An earlier export of the
/// same spec is replaced in one step; a folder with anything else is refused (InvalidInput). Where
/// that type rounds a weight, the logits compared are those of the rounded weights, and the
/// certificate says so. Returns the artifacts "model" (the folder) and "certificate", paths as
/// given.
ESPALIER_API std::vector<Artifact> exportModel(const ExportInputs& inputs,
                                               const StepFunction& step);

/// Compares every file of an exported folder with its certificate. Throws NotFound or Corrupt,
/// naming the file.
ESPALIER_API void verifyExport(const Path& folder);

} // namespace espalier
