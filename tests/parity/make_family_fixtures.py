#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/families, encoders and vision: a tiny random model of each family with what
transformers computes.

    python tests/parity/make_family_fixtures.py [FAMILY ...]

Needs torch, transformers 5 and safetensors. Each folder holds config.json, model.safetensors and
expected.safetensors. Of language models: ids [2 x 20], logits, the hidden states before each block
and behind the last (hidden.0, hidden.1, ...; the final norm is not applied), the attention
probabilities of the last block; the logits of the same ids behind 5 and 0 positions of padding
(padded.ids, padded.logits); greedy continuations of 50 prompts (greedy.prompts, greedy.tokens).
Of vision encoders: pixels [2 x 3 x 12 x 12], hidden states and attention as above, pooled, logits
or image_embeds where the model has them; wide.pixels [1 x 3 x 12 x 20] and wide.hidden, the last
hidden state for an image of another size (positions interpolated).
Of encoders: ids [2 x 20] with 6 positions of padding behind the second text, mask, types, hidden
states and attention as above, and what the model has of pooled and logits (of every position, or of
the classes).
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

DATA = Path(__file__).resolve().parent.parent / "data"
COMMON = dict(
    vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=3,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
    bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
)
FAMILIES = {
    "llama": ("LlamaForCausalLM", dict(COMMON, head_dim=8, attention_bias=True, mlp_bias=True)),
    "mistral": ("MistralForCausalLM", dict(COMMON, sliding_window=7, head_dim=8)),
    "mistral-without-window": ("MistralForCausalLM", dict(COMMON, sliding_window=None)),
    "qwen2": ("Qwen2ForCausalLM", dict(COMMON)),
    "qwen2-windows": ("Qwen2ForCausalLM", dict(COMMON, use_sliding_window=True, sliding_window=6,
                                    max_window_layers=1)),
    "qwen3": ("Qwen3ForCausalLM", dict(COMMON, head_dim=12)),
    "qwen3-bias-windows": ("Qwen3ForCausalLM", dict(COMMON, head_dim=12, attention_bias=True,
                                         use_sliding_window=True, sliding_window=5,
                                         max_window_layers=2, tie_word_embeddings=True)),
    "smollm3-windows": ("SmolLM3ForCausalLM", dict(COMMON, no_rope_layer_interval=2, pad_token_id=0,
                                        use_sliding_window=True, sliding_window=6)),
    "smollm3": ("SmolLM3ForCausalLM", dict(COMMON, no_rope_layer_interval=2, pad_token_id=0)),
}
GPT2 = dict(vocab_size=48, n_embd=24, n_layer=3, n_head=4, n_positions=64, bos_token_id=1,
            eos_token_id=2)
NEOX = dict(COMMON, rope_parameters={"rope_type": "default", "rope_theta": 5000.0,
                                     "partial_rotary_factor": 0.34})
for unused in ("num_key_value_heads", "hidden_size"):
    NEOX.pop(unused)
OPT = dict(vocab_size=48, hidden_size=24, num_hidden_layers=3, num_attention_heads=4, ffn_dim=40,
           max_position_embeddings=64, bos_token_id=2, eos_token_id=2, pad_token_id=1)
FAMILIES.update({
    "gpt2": ("GPT2LMHeadModel", dict(GPT2)),
    "gpt2-untied": ("GPT2LMHeadModel", dict(GPT2, n_inner=40, activation_function="relu",
                                       tie_word_embeddings=False)),
    "neox": ("GPTNeoXForCausalLM", dict(NEOX, hidden_size=48)),
    "neox-sequential": ("GPTNeoXForCausalLM", dict(NEOX, hidden_size=24, attention_bias=False,
                                                 use_parallel_residual=False, rope_parameters={
                                                     "rope_type": "linear", "factor": 2.0,
                                                     "rope_theta": 10000.0,
                                                     "partial_rotary_factor": 1.0})),
    "opt": ("OPTForCausalLM", dict(OPT)),
    "opt-350m": ("OPTForCausalLM", dict(OPT, word_embed_proj_dim=12, do_layer_norm_before=False)),
    "opt-plain-norms": ("OPTForCausalLM", dict(OPT, layer_norm_elementwise_affine=False,
                                             enable_bias=False)),
})
BERT = dict(vocab_size=48, hidden_size=24, num_hidden_layers=3, num_attention_heads=4,
            intermediate_size=40, max_position_embeddings=40, pad_token_id=0)
ROBERTA = dict(BERT, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)
DISTIL = dict(vocab_size=48, dim=24, n_layers=3, n_heads=4, hidden_dim=40,
              max_position_embeddings=40, pad_token_id=0)
ENCODERS = {
    "bert-model": ("BertModel", dict(BERT)),
    "bert-masked": ("BertForMaskedLM", dict(BERT, hidden_act="gelu_new")),
    "bert-pretraining": ("BertForPreTraining", dict(BERT, tie_word_embeddings=False)),
    "bert-classifier": ("BertForSequenceClassification", dict(BERT, num_labels=3)),
    "roberta-model": ("RobertaModel", dict(ROBERTA)),
    "roberta-masked": ("RobertaForMaskedLM", dict(ROBERTA)),
    "roberta-classifier": ("RobertaForSequenceClassification", dict(ROBERTA, num_labels=2)),
    "distilbert-model": ("DistilBertModel", dict(DISTIL)),
    "distilbert-masked": ("DistilBertForMaskedLM", dict(DISTIL)),
    "distilbert-classifier": ("DistilBertForSequenceClassification", dict(DISTIL, num_labels=1)),
}
VIT = dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40,
           image_size=12, patch_size=4, num_channels=3)
VISION = {
    "vit-model": ("ViTModel", dict(VIT)),
    "vit-classifier": ("ViTForImageClassification", dict(VIT, num_labels=3, qkv_bias=False)),
    "clip-vision": ("CLIPVisionModel", dict(VIT)),
    "clip-projection": ("CLIPVisionModelWithProjection", dict(VIT, projection_dim=10)),
}
# Written as before Transformers had lists by block: the rules behind them must be followed.
BY_RULE = {"qwen2-windows", "smollm3-windows"}


def randomise(model):
    """Norms and biases too: what starts as ones and zeros would hide a missing term."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = any(word in name.lower() for word in ("norm", "ln_")) and \
                name.endswith("weight") and parameter.ndim == 1
            parameter.copy_(1 + 0.2 * noise if is_scale else 0.25 * noise)


def blocks_of(model):
    base = model.base_model
    for inner in ("decoder", "vision_model"):
        base = getattr(base, inner, base)
    for place in (base, getattr(base, "encoder", base), getattr(base, "transformer", base)):
        for blocks in ("layers", "layer", "h"):
            if hasattr(place, blocks):
                return getattr(place, blocks)
    raise SystemExit(f"no blocks in {type(model).__name__}")


def capture_states(model, run):
    """What each block is given, and what the last one gives."""
    states = []
    blocks = blocks_of(model)

    def before(_, args, kwargs):
        states.append((args[0] if args else kwargs["hidden_states"]).clone())

    def behind(_, args, kwargs, output):
        states.append((output if torch.is_tensor(output) else output[0]).clone())

    hooks = [block.register_forward_pre_hook(before, with_kwargs=True) for block in blocks]
    hooks.append(blocks[-1].register_forward_hook(behind, with_kwargs=True))
    result = run()
    for hook in hooks:
        hook.remove()
    return states, result


def greedy(model, prompts, count):
    ids = prompts
    for _ in range(count):
        ids = torch.cat([ids, model(ids).logits[:, -1].argmax(-1, keepdim=True)], 1)
    return ids[:, prompts.shape[1]:]


def language_model(model, config):
    ids = torch.randint(3, config.vocab_size, (2, 20), generator=torch.Generator().manual_seed(3))
    states, result = capture_states(model, lambda: model(ids, output_attentions=True))
    expected = {"ids": ids, "logits": result.logits}
    expected.update({f"hidden.{i}": state for i, state in enumerate(states)})
    expected["attention"] = result.attentions[-1]
    padded = torch.cat([torch.full((2, 5), config.pad_token_id or 0), ids], 1)
    padded[1] = torch.cat([ids[1], ids[1, :5]])
    mask = torch.ones_like(padded)
    mask[0, :5] = 0
    positions = (mask.cumsum(1) - 1).clamp_min(0)
    extra = {} if type(config).__name__ == "OPTConfig" else {"position_ids": positions}
    expected["padded.ids"] = padded
    expected["padded.logits"] = model(padded, attention_mask=mask, **extra).logits
    prompts = torch.randint(3, config.vocab_size, (50, 6), generator=torch.Generator().manual_seed(5))
    expected["greedy.prompts"] = prompts
    expected["greedy.tokens"] = greedy(model, prompts, 12)
    return expected


def encoder(model, config):
    ids = torch.randint(4, config.vocab_size, (2, 20), generator=torch.Generator().manual_seed(3))
    mask = torch.ones_like(ids)
    mask[1, 14:] = 0
    ids[1, 14:] = config.pad_token_id
    inputs = {"input_ids": ids, "attention_mask": mask}
    expected = {"ids": ids, "mask": mask}
    if getattr(config, "type_vocab_size", 1) > 1:
        inputs["token_type_ids"] = expected["types"] = (torch.arange(20) >= 9).long().expand(2, -1)
    states, result = capture_states(model, lambda: model(**inputs, output_attentions=True))
    expected.update({f"hidden.{i}": state for i, state in enumerate(states)})
    expected["attention"] = result.attentions[-1]
    for name, key in (("pooler_output", "pooled"), ("logits", "logits"),
                      ("prediction_logits", "logits")):
        if getattr(result, name, None) is not None:
            expected[key] = getattr(result, name)
    return expected


def vision_encoder(model, config):
    generator = torch.Generator().manual_seed(3)
    pixels = torch.randn((2, 3, 12, 12), generator=generator)
    wide = torch.randn((1, 3, 12, 20), generator=generator)
    states, result = capture_states(model, lambda: model(pixels, output_attentions=True))
    expected = {"pixels": pixels, "attention": result.attentions[-1], "wide.pixels": wide}
    expected.update({f"hidden.{i}": state for i, state in enumerate(states)})
    for name, key in (("pooler_output", "pooled"), ("logits", "logits"),
                      ("image_embeds", "image_embeds")):
        if getattr(result, name, None) is not None:
            expected[key] = getattr(result, name)
    states, _ = capture_states(model, lambda: model(wide, interpolate_pos_encoding=True))
    expected["wide.hidden"] = states[-1]
    return expected


def make(name, kind, options, compute, folder):
    model_class = getattr(transformers, kind)
    config = model_class.config_class(**options)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    model = model_class(config).eval()
    randomise(model)
    with torch.no_grad():
        expected = compute(model, config)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file({key: value.contiguous().clone() for key, value in expected.items()},
              folder / "expected.safetensors")
    written = json.loads((folder / "config.json").read_text())
    written.pop("transformers_version", None)
    if name in BY_RULE:
        for key in ("layer_types", "no_rope_layers"):
            written.pop(key, None)
    (folder / "config.json").write_text(json.dumps(written, indent=1) + "\n")
    print(name, sum(p.numel() for p in model.parameters()), "parameters")


for group, families, compute in (("families", FAMILIES, language_model),
                                 ("encoders", ENCODERS, encoder),
                                 ("vision", VISION, vision_encoder)):
    for name, (kind, options) in families.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            make(name, kind, options, compute, DATA / group / name)
