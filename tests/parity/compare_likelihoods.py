#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares log-likelihoods that `espalier-run evaluate --task ... --output DIR` wrote with others'.

    compare_likelihoods.py MODEL_FOLDER samples_TASK_*.jsonl ...
        computes each request anew with transformers (fp32), one at a time, without cache or padding

    compare_likelihoods.py --harness OTHER_samples_*.jsonl samples_TASK_*.jsonl
        compares with a samples file of lm-evaluation-harness: prompts, numbers and answers

Prints one row of a table for each file. Needs torch and transformers for the first form.
"""
import json
import sys


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def requests(sample):
    arguments = sample["arguments"]
    return [
        (arguments[f"gen_args_{i}"]["arg_0"], arguments[f"gen_args_{i}"]["arg_1"])
        for i in range(len(arguments))
    ]


def numbers(sample):
    return [float(response[0]) for response in sample["filtered_resps"]]


class Reference:
    def __init__(self, folder):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.torch = torch
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        bos = self.tokenizer.bos_token_id
        self.prefix = bos if bos is not None else self.tokenizer.eos_token_id

    def tokens(self, context, continuation):
        if not context:
            behind = self.tokenizer.encode(continuation, add_special_tokens=False)
            return ([self.prefix], behind) if behind[0] != self.prefix else (behind[:1], behind[1:])
        kept = context.rstrip()
        whole = self.tokenizer.encode(context + continuation)
        count = len(self.tokenizer.encode(kept))
        return whole[:count], whole[count:]

    def log_likelihood(self, context, continuation):
        before, behind = self.tokens(context, continuation)
        ids = self.torch.tensor([before + behind])
        with self.torch.no_grad():
            logits = self.model(ids[:, :-1]).logits[0, len(before) - 1 :].double()
        chosen = logits.log_softmax(-1).gather(1, self.torch.tensor(behind)[:, None])
        return chosen.sum().item()


def row(name, ours, theirs, wrong_prompts, flips):
    absolute = max(abs(a - b) for a, b in zip(ours, theirs))
    relative = max(abs(a - b) / max(abs(b), 1.0) for a, b in zip(ours, theirs))
    print(f"| {name} | {len(ours)} | {absolute:.2e} | {relative:.2e} | {flips} | {wrong_prompts} |")


def best(values):
    return values.index(max(values))


def main():
    words = sys.argv[1:]
    print("| file | requests | largest difference, nat | relative | other answers | other prompts |")
    print("| --- | --- | --- | --- | --- | --- |")
    if words[0] == "--harness":
        theirs = {sample["doc_id"]: sample for sample in rows(words[1])}
        ours, others, prompts, flips = [], [], 0, 0
        for sample in rows(words[2]):
            other = theirs[sample["doc_id"]]
            prompts += requests(sample) != requests(other)
            flips += best(numbers(sample)) != best(numbers(other))
            ours += numbers(sample)
            others += numbers(other)
        row(words[2].rsplit("/", 1)[-1], ours, others, prompts, flips)
        return
    reference = Reference(words[0])
    for path in words[1:]:
        ours, others, flips = [], [], 0
        for sample in rows(path):
            expected = [reference.log_likelihood(*request) for request in requests(sample)]
            flips += best(numbers(sample)) != best(expected)
            ours += numbers(sample)
            others += expected
        row(path.rsplit("/", 1)[-1], ours, others, "-", flips)


if __name__ == "__main__":
    main()
