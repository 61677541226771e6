# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoding a whole text, espalier-bench and `tokenizers` in turns in one run, one thread each, equal ids.

    python tests/parity/tokenize_speed.py --build build/release --text wiki.test.raw NAME=FOLDER [NAME=FOLDER ...]

FOLDER holds a tokenizer.json, or GPT-2's vocab.json and merges.txt, BERT's vocab.txt, T5's spiece.model or Mistral's
tokenizer.model, which `tokenizers` gets as compare_tokenizers.py puts them together. Python's share is one call a text.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import compare_tokenizers as reference
from tokenizers import Tokenizer


def reference_of(folder):
    if os.path.exists(folder + "/tokenizer.json"):
        return Tokenizer.from_file(folder + "/tokenizer.json")
    if os.path.exists(folder + "/vocab.json"):
        return reference.gpt2(folder)
    if os.path.exists(folder + "/vocab.txt"):
        return reference.bert(folder + "/vocab.txt", True)
    return reference.t5(folder + "/spiece.model") if os.path.exists(folder + "/spiece.model") else reference.mistral(folder + "/tokenizer.model")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    text = open(args.text, encoding="utf-8", newline="").read()
    print("| tokenizer | ids | ours, s | ours with offsets, s | tokenizers encode, s | tokenizers encode_batch_fast, s | times faster than the better |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for entry in args.folders:
        name, folder = entry.split("=", 1)
        theirs = reference_of(folder)
        ours, tracked, whole, fast = [], [], [], []
        for _ in range(args.rounds):
            result = json.loads(subprocess.run([args.build + "/bin/espalier-bench", "tokenize", "--json", "--repeats", "3", "--model", folder,
                                                "--file", args.text], capture_output=True, check=True).stdout)
            ours += result["encode"]["seconds"]
            tracked += result["encode_with_offsets"]["seconds"]
            start = time.perf_counter()
            ids = theirs.encode(text, add_special_tokens=False).ids
            whole.append(time.perf_counter() - start)
            start = time.perf_counter()
            theirs.encode_batch_fast([text], add_special_tokens=False)
            fast.append(time.perf_counter() - start)
        mine = json.loads(subprocess.run([args.build + "/bin/espalier-run", "tokenize", "--json", "--no-special", "--model", folder, "--file",
                                          args.text], capture_output=True, check=True).stdout)["ids"]
        if mine != ids:
            sys.exit(f"{name}: other ids")
        a, b, c, d = map(statistics.median, [ours, tracked, whole, fast])
        print(f"| {name} | {len(ids)} | {a:.3f} | {b:.3f} | {c:.3f} | {d:.3f} | {min(c, d) / a:.1f} |")


main()
