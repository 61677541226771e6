#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts texts by every tokenizer.ggml.pre with llama.cpp and with espalier-run and compares ids.

    python tests/parity/check_gguf_tokenizers.py ESPALIER_RUN MODEL.gguf TEXT...

Needs llama-cpp-python and gguf (check_gguf_export.py says how to get them). MODEL.gguf has a
byte-level tokenizer ("gpt2"); its vocabulary is written again under every name that espalier-run
knows.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import llama_cpp

KEPT = ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges")


def vocabulary(source, name, file):
    """The tokens of `source` without its tensors, cut as `name` says."""
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_context_length(512)
    writer.add_embedding_length(8)
    writer.add_block_count(1)
    writer.add_feed_forward_length(8)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(source[KEPT[0]])
    writer.add_token_types(source[KEPT[1]])
    writer.add_token_merges(source[KEPT[2]])
    writer.add_add_bos_token(False)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def names_of(espalier, source, place):
    """The message about an unknown name lists the known ones."""
    file = place / "unknown.gguf"
    vocabulary(source, "no-such-cut", file)
    run = subprocess.run([espalier, "tokenize", "--model", file, "--text", "a"],
                         capture_output=True, text=True)
    return re.search(r"Known are (.*)\.\n", run.stderr).group(1).split(", ")


def espalier_ids(espalier, model, text, place):
    file = place / "text.txt"
    file.write_bytes(text.encode())
    run = subprocess.run([espalier, "tokenize", "--model", model, "--file", file, "--json"],
                         capture_output=True, text=True, check=True)
    return json.loads(run.stdout)["ids"]


def main():
    espalier, model, *texts = sys.argv[1:]
    reader = gguf.GGUFReader(model)
    source = {key: reader.fields[key].contents() for key in KEPT}
    whole = "".join(Path(text).read_bytes().decode() for text in texts)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in names_of(espalier, source, place):
            file = place / "vocabulary.gguf"
            vocabulary(source, name, file)
            llama = llama_cpp.Llama(str(file), vocab_only=True, verbose=False)
            ours = espalier_ids(espalier, file, whole, place)
            theirs = llama.tokenize(whole.encode(), add_bos=False, special=True)
            equal = ours == theirs
            failures += not equal
            print(f"{name:24} {len(theirs):9} ids", "equal" if equal else "DIFFER", flush=True)
            if not equal:
                at = next(i for i, (a, b) in enumerate(zip(ours + [-1], theirs + [-1])) if a != b)
                shown = slice(max(0, at - 3), at + 5)
                print("   espalier-run", [llama.detokenize([i]) for i in ours[shown]])
                print("   llama.cpp   ", [llama.detokenize([i]) for i in theirs[shown]])
    return failures


if __name__ == "__main__":
    sys.exit(main())
