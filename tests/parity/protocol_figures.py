#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Perplexities by transformers (fp32) under the protocols of `espalier-run evaluate --protocol`.

    protocol_figures.py MODEL_FOLDER TEXT_FILE [CHUNKS] [LINES]

llama.cpp: the first CHUNKS chunks of 512 tokens, the second half of each scored, exp of the mean over tokens.
per-sentence: the first LINES lines that are not blank, BOS before each, mean of the lines' perplexities.
lm-eval: lm_eval itself is the reference (tests/parity/README.md).
"""
import math
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def losses(model, ids, first):
    with torch.no_grad():
        logits = model(torch.tensor([ids[:-1]])).logits[0, first - 1 :].double()
    return -logits.log_softmax(-1).gather(1, torch.tensor(ids[first:])[:, None])[:, 0]


def main():
    folder, file = sys.argv[1:3]
    chunks = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    lines = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    text = open(file, encoding="utf-8", newline="").read()
    begin = tokenizer.bos_token_id if tokenizer.encode("a")[0] == tokenizer.bos_token_id else None

    stream = tokenizer.encode(text)
    scored = []
    for i in range(chunks):
        chunk = stream[i * 512 : (i + 1) * 512]
        if begin is not None:
            chunk[0] = begin
        scored.append(losses(model, chunk, 257))
    all_losses = torch.cat(scored)
    mean = all_losses.mean().item()
    variance = (all_losses**2).mean().item() - mean**2
    error = math.sqrt(variance / (len(all_losses) - 1))
    print(f"llama.cpp: {math.exp(mean):.7g} +/- {math.exp(mean) * error:.5g}, {len(all_losses)} tokens")

    values = []
    for line in [line for line in text.split("\n") if line.strip()][:lines]:
        ids = tokenizer.encode(line, add_special_tokens=False)
        if tokenizer.bos_token_id is not None:
            ids = [tokenizer.bos_token_id] + ids
        if len(ids) > 1:
            values.append(math.exp(losses(model, ids, 1).mean().item()))
    mean = sum(values) / len(values)
    error = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))
    print(f"per-sentence: {mean:.7g} +/- {error:.5g}, {len(values)} lines")


if __name__ == "__main__":
    main()
