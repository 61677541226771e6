#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/gguf/models: tiny models of tests/data/families, converted by llama.cpp itself.

    python tests/parity/make_gguf_models.py LLAMA_CPP

LLAMA_CPP is a checkout of llama.cpp (the vendored one in the source package of llama-cpp-python
will do). Needs torch and transformers. The models have no tokenizer: that part of the conversion is
left out. "llama3" is the fixture llama with the frequencies of Llama 3.1.
"""
import json
import shutil
import sys
import tempfile
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
FAMILIES = ["llama3", "qwen2", "qwen3", "smollm3", "gpt2"]


def source(name, place):
    """A folder as the converter wants it: without the reference beside the weights."""
    folder = Path(place) / name
    folder.mkdir()
    origin = DATA / "families" / ("llama" if name == "llama3" else name)
    shutil.copy(origin / "model.safetensors", folder)
    config = json.loads((origin / "config.json").read_text())
    if name == "llama3":
        config["rope_parameters"] = {
            "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
    if name == "gpt2":
        config["n_ctx"] = config["n_positions"]  # what the converter reads
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def main():
    checkout = Path(sys.argv[1])
    sys.path[:0] = [str(checkout), str(checkout / "gguf-py")]
    import gguf
    from conversion import get_model_class, ModelBase
    target = DATA / "gguf" / "models"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for name in FAMILIES:
            folder = source(name, place)
            hparams = ModelBase.load_hparams(folder, False)
            kind = get_model_class(hparams["architectures"][0])
            kind.set_vocab = lambda self: None
            kind(folder, gguf.LlamaFileType.ALL_F32, target / (name + ".gguf")).write()


if __name__ == "__main__":
    main()
