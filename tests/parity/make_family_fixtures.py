#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/families: a tiny random model of each family with what transformers computes.

    python tests/parity/make_family_fixtures.py [FAMILY ...]

Needs torch, transformers 5 and safetensors. Each folder holds config.json, model.safetensors and
expected.safetensors: ids [2 x 20], logits, and the hidden states before each block and behind the
last (hidden.0, hidden.1, ...; the final norm is not applied).
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parent.parent / "data" / "families"
COMMON = dict(
    vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=3,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
    bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
)
FAMILIES = {
    "llama": ("Llama", dict(COMMON, head_dim=8, attention_bias=True, mlp_bias=True)),
    "mistral": ("Mistral", dict(COMMON, sliding_window=7, head_dim=8)),
    "mistral-without-window": ("Mistral", dict(COMMON, sliding_window=None)),
    "qwen2": ("Qwen2", dict(COMMON)),
    "qwen2-windows": ("Qwen2", dict(COMMON, use_sliding_window=True, sliding_window=6,
                                    max_window_layers=1)),
    "qwen3": ("Qwen3", dict(COMMON, head_dim=12)),
    "qwen3-bias-windows": ("Qwen3", dict(COMMON, head_dim=12, attention_bias=True,
                                         use_sliding_window=True, sliding_window=5,
                                         max_window_layers=2, tie_word_embeddings=True)),
    "smollm3-windows": ("SmolLM3", dict(COMMON, no_rope_layer_interval=2, pad_token_id=0,
                                        use_sliding_window=True, sliding_window=6)),
    "smollm3": ("SmolLM3", dict(COMMON, no_rope_layer_interval=2, pad_token_id=0)),
}
# Written as before Transformers had lists by block: the rules behind them must be followed.
BY_RULE = {"qwen2-windows", "smollm3-windows"}


def randomise(model):
    """Norms and biases too: what starts as ones and zeros would hide a missing term."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if "norm" in name and parameter.ndim == 1
                            else 0.25 * noise)


def make(name):
    kind, options = FAMILIES[name]
    config = getattr(transformers, kind + "Config")(**options)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    model = getattr(transformers, kind + "ForCausalLM")(config).eval()
    randomise(model)
    ids = torch.randint(0, config.vocab_size, (2, 20), generator=torch.Generator().manual_seed(3))
    states = []
    hooks = [layer.register_forward_pre_hook(
        lambda _, args, kwargs: states.append((args[0] if args else kwargs["hidden_states"]).clone()),
        with_kwargs=True) for layer in model.model.layers]
    hooks.append(model.model.norm.register_forward_pre_hook(
        lambda _, args: states.append(args[0].clone())))
    with torch.no_grad():
        logits = model(ids).logits
    for hook in hooks:
        hook.remove()
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    expected = {"ids": ids, "logits": logits.contiguous()}
    expected.update({f"hidden.{i}": state.contiguous() for i, state in enumerate(states)})
    save_file(expected, folder / "expected.safetensors")
    written = json.loads((folder / "config.json").read_text())
    written.pop("transformers_version", None)
    if name in BY_RULE:
        for key in ("layer_types", "no_rope_layers"):
            written.pop(key, None)
    (folder / "config.json").write_text(json.dumps(written, indent=1) + "\n")
    print(name, sum(p.numel() for p in model.parameters()), "parameters", logits.std().item())


for wanted in sys.argv[1:] or FAMILIES:
    make(wanted)
