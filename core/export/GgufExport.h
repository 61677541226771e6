// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/checkpoint/GgufBlocks.h"
#include "core/export/ModelExport.h"
#include "core/model/CausalLM.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct GgufExportInputs {
    CausalLM* model = nullptr;
    Path source = {};                 // folder or GGUF file: the tokenizer comes from here
    Path file = {};                   // to write: model.gguf
    BlockType type = BlockType::Q8_0; // of the matrices
    std::string name = {};            // general.name
    std::string licence = {};         // empty: not known
    Json provenance = Json::object();
};

struct GgufReport {
    std::int64_t bytes = 0, tensors = 0;
    Json logits = {};                    // how the file's model was compared
    std::vector<std::string> notes = {}; // for the user: what was stored otherwise, and why
};

/// Writes the model as one GGUF file, which llama.cpp opens: matrices packed as `type`, norms and
/// biases in F32, the matrix behind the logits as Q8_0 where `type` has four bits, and rows that no
/// block divides as F16. The model is streamed; one tensor at a time is packed.
///
/// The file is then read again by a reader of its own and every tensor's bytes are compared, and
/// the model it opens as must give, bit for bit, the logits of the model in memory with its weights
/// packed and unpacked. How far these are from the logits of the weights as they are goes into the
/// certificate; beyond a bound for the type the file is refused. Until all that holds there is no
/// file of that name. FILE.certificate.json beside it has the hash of every tensor. Throws
/// InvalidInput when the file is there already, and what else in words; nothing is left then.
ESPALIER_API GgufReport exportGguf(const GgufExportInputs& inputs, const StepFunction& step);

struct GgufFolder {
    std::vector<Artifact> artifacts = {};
    GgufReport report = {};
};

/// The same into a folder with README.md, recipe.yaml and the certificate of a folder (see
/// exportModel): the export of a run. Of `file` only the name counts.
ESPALIER_API GgufFolder exportGgufFolder(const ExportInputs& inputs, const GgufExportInputs& file,
                                         const StepFunction& step);

/// The type in an export format: "gguf-q8_0". Nothing for another format or a type that cannot be
/// written.
ESPALIER_API std::optional<BlockType> ggufTypeOf(std::string_view format);

/// Compares a file with FILE.certificate.json. Throws NotFound without one, Corrupt with the first
/// tensor whose bytes are not those that were written, or with "the header" or "the padding".
ESPALIER_API void verifyGguf(const Path& file);

} // namespace espalier
