// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace espalier {

/// What a GGUF file does to a tensor of the Hugging Face model.
enum class GgufLayout {
    Same = 1,
    QueryRows, // halves of every head's rows interleaved for llama.cpp's rotation, see rotaryRows
    KeyRows,   // likewise, with as many heads as there are keys
    Transposed // Conv1D of GPT-2: [inputs x outputs]
};

/// A pair of names without ".weight" and ".bias"; '*' stands for the block's number.
struct GgufNamePair {
    std::string_view gguf = {}, model = {};
    GgufLayout layout = GgufLayout::Same;
};

/// A number of the metadata ("block_count" behind the architecture's name) and its key in
/// config.json.
struct GgufKeyPair {
    std::string_view gguf = {}, config = {};
    bool isRequired = true;
};

/// All that tells a model family's GGUF files from its Hugging Face folder.
struct GgufArchitecture {
    std::string_view name = {};         // general.architecture: "llama"
    std::string_view architecture = {}; // config.json "architectures"[0]
    std::string_view modelType = {};    // config.json "model_type"
    std::span<const GgufKeyPair> keys = {};
    std::span<const GgufNamePair> names = {};
    bool isRotary = false; // positions by rotation, keys rope.*
};

/// A tensor's name on the other side, and what happened to its rows.
struct GgufName {
    std::string name = {};
    GgufLayout layout = GgufLayout::Same;
};

/// Null if there is no table for it.
ESPALIER_API const GgufArchitecture* ggufArchitecture(std::string_view name);
/// By config.json's "architectures"[0] ("MistralForCausalLM" is written as llama); null likewise.
ESPALIER_API const GgufArchitecture* ggufArchitectureOf(std::string_view huggingFace);
/// "llama, qwen2, ...", for messages.
ESPALIER_API std::string ggufArchitectureNames();

/// "model.layers.3.mlp.up_proj.weight" of "blk.3.ffn_up.weight"; nothing for a name that has no
/// place in the family.
ESPALIER_API std::optional<GgufName> modelNameOf(const GgufArchitecture& family,
                                                 std::string_view gguf);
/// The other way.
ESPALIER_API std::optional<GgufName> ggufNameOf(const GgufArchitecture& family,
                                                std::string_view model);

} // namespace espalier
