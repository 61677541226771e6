#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports a model as GGUF and lets llama.cpp continue prompts with it, beside espalier-run.

    python tests/parity/check_gguf_export.py ESPALIER_RUN MODEL [--types f32,q8_0] [--venv DIR]

llama-cpp-python and gguf are installed into DIR (a new virtual environment; the first compiles for
some minutes) unless they are there. Per type: whether every tensor has the bytes that llama.cpp's
own quantiser makes of the F32 file, and per prompt how many of the tokens that each adds greedily
are alike. In packed products llama.cpp rounds the other factor to eight bits too, so that it may
choose otherwise where two tokens are all but equal: then the difference of their logits is printed.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROMPTS = [
    "The capital of France is",
    "Once upon a time, there was a little",
    "def fibonacci(n):\n",
    "Water boils at 100 degrees Celsius because",
    "My favourite books in 2024 were:",
]
TOKENS = 40
FILE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q8_0": 7, "bf16": 32}


def enter(venv):
    """Starts this script again inside the virtual environment, which is made if need be."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    have = subprocess.run([python, "-c", "import llama_cpp, gguf"], capture_output=True)
    if have.returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "llama-cpp-python", "gguf"], check=True,
                       env=dict(os.environ, CMAKE_BUILD_PARALLEL_LEVEL="1"))
    os.execv(python, [str(python), *sys.argv, "--inside"])


def keep_to_plain_kernels():
    """AMX, which some virtual machines announce and do not have, ends the process."""
    from llama_cpp import llama_cpp as raw
    make = raw.llama_model_default_params

    def plain():
        parameters = make()
        parameters.use_extra_bufts = False
        return parameters

    raw.llama_model_default_params = plain


def ours(espalier, model, prompt):
    run = subprocess.run([espalier, "generate", "--model", model, "--prompt", prompt, "--tokens",
                          str(TOKENS), "--json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def theirs(llama, prompt_ids):
    import numpy as np
    llama.reset()
    llama.eval(prompt_ids)
    tokens, margins = [], []
    for _ in range(TOKENS):
        logits = np.array(llama.scores[llama.n_tokens - 1], dtype=np.float64)
        order = np.argsort(logits)
        margins.append(logits[order[-1]] - logits[order[-2]])
        token = int(order[-1])
        tokens.append(token)
        if token == llama.token_eos():
            break
        llama.eval([token])
    return tokens, margins


def export(espalier, model, kind, place):
    file = place / f"model-{kind}.gguf"
    if not file.exists():
        subprocess.run([espalier, "export", "--model", model, "--gguf", file, "--type", kind],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return file


def compare_bytes(espalier, model, kind, place):
    """With llama.cpp's quantiser, told to treat matrices as espalier-run does."""
    import gguf
    import llama_cpp
    import numpy as np
    ours, theirs = export(espalier, model, kind, place), place / "theirs.gguf"
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype, options.pure = FILE_TYPES[kind], True
    if kind.startswith("q"):
        options.output_tensor_type = options.token_embedding_type = gguf.GGMLQuantizationType.Q8_0
    llama_cpp.llama_model_quantize(bytes(export(espalier, model, "f32", place)), bytes(theirs),
                                   options)
    packed = [{tensor.name: (tensor.tensor_type, np.asarray(tensor.data).tobytes())
               for tensor in gguf.GGUFReader(file).tensors} for file in (ours, theirs)]
    different = [name for name in packed[1] if packed[0].get(name) != packed[1][name]]
    print(f"{kind:5} {len(packed[1])} tensors, {len(different)} with other bytes than llama.cpp's "
          f"quantiser makes", *different[:3], flush=True)
    theirs.unlink()
    return len(different)


def check(espalier, model, kind, place):
    import llama_cpp
    file = export(espalier, model, kind, place)
    llama = llama_cpp.Llama(str(file), n_ctx=256, logits_all=True, verbose=False,
                            type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32,
                            flash_attn=False, seed=1)
    failures = 0
    for prompt in PROMPTS:
        found = ours(espalier, file, prompt)
        begins = llama.tokenize(prompt.encode(), special=True) == found["prompt_tokens"]
        tokens, margins = theirs(llama, found["prompt_tokens"])
        expected = found["tokens"][:len(tokens)]
        same = next((i for i, (a, b) in enumerate(zip(tokens, expected)) if a != b), len(expected))
        note = "" if same == len(expected) else f", then a choice by {margins[same]:.3f}"
        failures += not begins or (kind == "f32" and same < len(expected))
        print(f"{kind:5} {'same ids' if begins else 'OTHER IDS'}, {same:3} of {len(expected)} "
              f"tokens alike{note}: {prompt!r}", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("espalier", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--types", default="f32,f16,bf16,q8_0,q4_0,q4_1")
    parser.add_argument("--venv", type=Path, default=Path(tempfile.gettempdir()) / "llamacpp-venv")
    parser.add_argument("--inside", action="store_true")
    arguments = parser.parse_args()
    if not arguments.inside:
        enter(arguments.venv)
    keep_to_plain_kernels()
    with tempfile.TemporaryDirectory() as place:
        return sum(step(arguments.espalier, arguments.model, kind, Path(place))
                   for kind in arguments.types.split(",") for step in (compare_bytes, check))


if __name__ == "__main__":
    sys.exit(main())
