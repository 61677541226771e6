// SPDX-License-Identifier: GPL-3.0-or-later
// The one table of names: a family more is an entry in kFamilies with its keys and tensors.
// Source: gguf-py/gguf/constants.py, gguf-py/gguf/tensor_mapping.py and conversion/*.py of
// llama.cpp.

#include "core/checkpoint/GgufNames.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace espalier {

namespace {

constexpr std::array kLlamaKeys{
    GgufKeyPair{"block_count", "num_hidden_layers"},
    GgufKeyPair{"context_length", "max_position_embeddings"},
    GgufKeyPair{"embedding_length", "hidden_size"},
    GgufKeyPair{"feed_forward_length", "intermediate_size"},
    GgufKeyPair{"attention.head_count", "num_attention_heads"},
    GgufKeyPair{"attention.head_count_kv", "num_key_value_heads", false},
    GgufKeyPair{"attention.key_length", "head_dim", false},
    GgufKeyPair{"attention.layer_norm_rms_epsilon", "rms_norm_eps"},
};

constexpr std::array kGpt2Keys{
    GgufKeyPair{"block_count", "n_layer"},
    GgufKeyPair{"context_length", "n_positions"},
    GgufKeyPair{"embedding_length", "n_embd"},
    GgufKeyPair{"feed_forward_length", "n_inner", false},
    GgufKeyPair{"attention.head_count", "n_head"},
    GgufKeyPair{"attention.layer_norm_epsilon", "layer_norm_epsilon"},
};

/// llama.cpp rotates neighbouring numbers of a head in these families, transformers the two halves.
template <bool isInterleaved>
constexpr std::array kLlamaNames{
    GgufNamePair{"token_embd", "model.embed_tokens"},
    GgufNamePair{"output_norm", "model.norm"},
    GgufNamePair{"output", "lm_head"},
    GgufNamePair{"blk.*.attn_norm", "model.layers.*.input_layernorm"},
    GgufNamePair{"blk.*.attn_q", "model.layers.*.self_attn.q_proj",
                 isInterleaved ? GgufLayout::QueryRows : GgufLayout::Same},
    GgufNamePair{"blk.*.attn_k", "model.layers.*.self_attn.k_proj",
                 isInterleaved ? GgufLayout::KeyRows : GgufLayout::Same},
    GgufNamePair{"blk.*.attn_v", "model.layers.*.self_attn.v_proj"},
    GgufNamePair{"blk.*.attn_output", "model.layers.*.self_attn.o_proj"},
    GgufNamePair{"blk.*.attn_q_norm", "model.layers.*.self_attn.q_norm"},
    GgufNamePair{"blk.*.attn_k_norm", "model.layers.*.self_attn.k_norm"},
    GgufNamePair{"blk.*.ffn_norm", "model.layers.*.post_attention_layernorm"},
    GgufNamePair{"blk.*.ffn_gate", "model.layers.*.mlp.gate_proj"},
    GgufNamePair{"blk.*.ffn_up", "model.layers.*.mlp.up_proj"},
    GgufNamePair{"blk.*.ffn_down", "model.layers.*.mlp.down_proj"},
};

constexpr std::array kGpt2Names{
    GgufNamePair{"token_embd", "transformer.wte"},
    GgufNamePair{"position_embd", "transformer.wpe"},
    GgufNamePair{"output_norm", "transformer.ln_f"},
    GgufNamePair{"output", "lm_head"},
    GgufNamePair{"blk.*.attn_norm", "transformer.h.*.ln_1"},
    GgufNamePair{"blk.*.attn_qkv", "transformer.h.*.attn.c_attn", GgufLayout::Transposed},
    GgufNamePair{"blk.*.attn_output", "transformer.h.*.attn.c_proj", GgufLayout::Transposed},
    GgufNamePair{"blk.*.ffn_norm", "transformer.h.*.ln_2"},
    GgufNamePair{"blk.*.ffn_up", "transformer.h.*.mlp.c_fc", GgufLayout::Transposed},
    GgufNamePair{"blk.*.ffn_down", "transformer.h.*.mlp.c_proj", GgufLayout::Transposed},
};

constexpr std::array<GgufArchitecture, 5> kFamilies{{
    {"llama", "LlamaForCausalLM", "llama", kLlamaKeys, kLlamaNames<true>, true},
    {"qwen2", "Qwen2ForCausalLM", "qwen2", kLlamaKeys, kLlamaNames<false>, true},
    {"qwen3", "Qwen3ForCausalLM", "qwen3", kLlamaKeys, kLlamaNames<false>, true},
    {"smollm3", "SmolLM3ForCausalLM", "smollm3", kLlamaKeys, kLlamaNames<true>, true},
    {"gpt2", "GPT2LMHeadModel", "gpt2", kGpt2Keys, kGpt2Names, false},
}};

/// `name` by `pattern`, whose '*' stands for digits: these digits, "" without a '*'; nothing if it
/// does not fit.
std::optional<std::string_view> fitted(std::string_view name, std::string_view pattern)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
        return name == pattern ? std::optional<std::string_view>("") : std::nullopt;
    }
    const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
        !name.ends_with(after)) {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(star, name.size() - before.size() - after.size());
    const bool areDigits = std::ranges::all_of(
        digits, [](unsigned char character) { return std::isdigit(character) != 0; });
    return areDigits ? std::optional(digits) : std::nullopt;
}

std::string filled(std::string_view pattern, std::string_view digits, std::string_view ending)
{
    std::string name(pattern);
    if (const std::size_t star = name.find('*'); star != std::string::npos) {
        name.replace(star, 1, digits);
    }
    return name.append(ending);
}

std::optional<GgufName> translated(const GgufArchitecture& family, std::string_view name,
                                   std::string_view GgufNamePair::*from,
                                   std::string_view GgufNamePair::*to)
{
    for (const std::string_view ending : {".weight", ".bias"}) {
        if (!name.ends_with(ending)) {
            continue;
        }
        const std::string_view stem = name.substr(0, name.size() - ending.size());
        for (const GgufNamePair& pair : family.names) {
            if (const auto digits = fitted(stem, pair.*from)) {
                const bool isTurned = pair.layout != GgufLayout::Transposed || ending == ".weight";
                return GgufName{filled(pair.*to, *digits, ending),
                                isTurned ? pair.layout : GgufLayout::Same};
            }
        }
    }
    return std::nullopt;
}

} // namespace

const GgufArchitecture* ggufArchitecture(std::string_view name)
{
    const auto* const found = std::ranges::find(kFamilies, name, &GgufArchitecture::name);
    return found != kFamilies.end() ? found : nullptr;
}

const GgufArchitecture* ggufArchitectureOf(std::string_view huggingFace)
{
    const std::string_view same =
        huggingFace == "MistralForCausalLM" ? "LlamaForCausalLM" : huggingFace;
    const auto* const found = std::ranges::find(kFamilies, same, &GgufArchitecture::architecture);
    return found != kFamilies.end() ? found : nullptr;
}

std::string ggufArchitectureNames()
{
    std::string names;
    for (const GgufArchitecture& family : kFamilies) {
        names += names.empty() ? "" : ", ";
        names += family.name;
    }
    return names;
}

std::optional<GgufName> modelNameOf(const GgufArchitecture& family, std::string_view gguf)
{
    return translated(family, gguf, &GgufNamePair::gguf, &GgufNamePair::model);
}

std::optional<GgufName> ggufNameOf(const GgufArchitecture& family, std::string_view model)
{
    return translated(family, model, &GgufNamePair::model, &GgufNamePair::gguf);
}

} // namespace espalier
