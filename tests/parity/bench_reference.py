#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Espalier beside transformers (and llama.cpp) on one model: speed, memory, greedy text.

    tests/parity/bench_reference.py --model DIR [--windows FILE.i32] [--gguf FILE] [--build build/ci]

Both sides take turns in one run, so that a busy machine is busy for both; each number is the median
of --rounds. Wall seconds are what a user waits, CPU seconds (all threads) what noise hardly touches.
The reference lives in a virtual environment that is made at the first run (--venv); name one that is
there already with --python. Needs the network for that, and nothing of it is part of the product.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

PACKAGES = ["torch", "transformers>=5", "numpy"]
LLAMA = ["llama-cpp-python"]

PROMPTS = """The capital of France is|Once upon a time|Water boils at|The three primary colours are|
def fibonacci(n):|In 1969, the first people|My favourite season is|To make bread you need|The sun rises in|
A prime number is|Dear Sir or Madam,|The largest planet is|Shakespeare wrote|The opposite of hot is|
Two plus two equals|Photosynthesis is|She opened the door and|The quick brown fox|Music helps people|
In the year 2050,|The human heart|Paris, London and|How do birds fly?|A haiku about rain:|import numpy as np|
The recipe calls for 200 g of|Gravity is|If it rains tomorrow,|The cat sat on|Democracy means|Ice melts when|
The first president of the United States|To whom it may concern:|Mountains are formed|Once the train left,|
There are 7 days|The best way to learn|SELECT name FROM|Honey is made by|The moon is|A triangle has|
Yesterday I went to|The teacher said,|Energy cannot be|On the table lay|Dogs are|The internet was|
Good morning, how|The answer to the question is|Every child should"""


def prompts():
    return [p for p in PROMPTS.replace("\n", "").split("|")]


def spread(batch, length, vocabulary):
    """The prompts of `espalier-bench generate`."""
    return [[(i * 7919 + 11 + s * 104729) % vocabulary for i in range(length)] for s in range(batch)]


# ---- the reference's side: a process of its own, one JSON line on stdout


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def timed(work):
    wall, used = time.time(), cpu()
    result = work()
    return result, time.time() - wall, cpu() - used


def transformers_side(job):
    import numpy
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(job["threads"])
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[job["dtype"]]
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=dtype).eval()
    answer = {}
    with torch.no_grad():
        if job["work"] == "generate":
            ids = torch.tensor(spread(job["batch"], job["prompt_tokens"], model.config.vocab_size))

            def work():
                return model.generate(ids, max_new_tokens=job["tokens"], min_new_tokens=job["tokens"],
                                      do_sample=False, pad_token_id=0, repetition_penalty=1.0)

            work()
            made, wall, used = timed(work)
            count = job["batch"] * job["tokens"]
            answer = {"rate": count / wall, "cpu": used / count,
                      "tokens": made[:, job["prompt_tokens"]:].tolist()}
        elif job["work"] == "evaluate":
            ids = numpy.fromfile(job["windows"], dtype="<i4").astype("int64")
            ids = torch.from_numpy(ids[: job["count"] * job["length"]].reshape(-1, job["length"]))
            model(ids[:1])

            def work():
                means = []
                for window in ids:
                    logits = model(window[None]).logits[0, :-1].float()
                    means.append(torch.nn.functional.cross_entropy(logits, window[1:]).item())
                return means

            means, wall, used = timed(work)
            answer = {"rate": len(means) / wall, "cpu": used / len(means),
                      "perplexity": float(numpy.exp(numpy.mean(means)))}
        else:
            tokenizer = AutoTokenizer.from_pretrained(job["model"])
            texts = []
            for prompt in prompts():
                ids = torch.tensor([tokenizer(prompt)["input_ids"]])
                made = model.generate(ids, max_new_tokens=job["tokens"], do_sample=False,
                                      pad_token_id=0, repetition_penalty=1.0)[0, ids.shape[1]:].tolist()
                ends = model.generation_config.eos_token_id
                ends = ends if isinstance(ends, list) else [ends]
                texts.append(made[:-1] if made and made[-1] in ends else made)
            answer = {"tokens": texts}
    answer["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return answer


def llama_side(job):
    import llama_cpp
    import numpy

    llama_cpp.llama_backend_init()
    parameters = llama_cpp.llama_model_default_params()
    model = llama_cpp.llama_model_load_from_file(job["gguf"].encode(), parameters)
    vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
    batch, length, tokens = job["batch"], job["prompt_tokens"], job["tokens"]
    options = llama_cpp.llama_context_default_params()
    options.n_ctx = batch * (length + tokens + 8)
    options.n_batch = options.n_ubatch = max(512, batch * length)
    options.n_seq_max = batch
    options.n_threads = options.n_threads_batch = job["threads"]
    rows = spread(batch, length, vocabulary)

    def work():
        context = llama_cpp.llama_init_from_model(model, options)
        buffer = llama_cpp.llama_batch_init(batch * length, 0, 1)
        made = [[] for _ in range(batch)]

        def decode(entries):
            buffer.n_tokens = len(entries)
            for i, (token, position, sequence, wanted) in enumerate(entries):
                buffer.token[i], buffer.pos[i], buffer.n_seq_id[i] = token, position, 1
                buffer.seq_id[i][0], buffer.logits[i] = sequence, wanted
            if llama_cpp.llama_decode(context, buffer) != 0:
                sys.exit("llama_decode failed")
            for i, (_, _, sequence, wanted) in enumerate(entries):
                if wanted:
                    logits = llama_cpp.llama_get_logits_ith(context, i)
                    row = numpy.ctypeslib.as_array(logits, shape=(vocabulary,))
                    made[sequence].append(int(row.argmax()))

        decode([(token, i, s, i + 1 == length) for s, row in enumerate(rows)
                for i, token in enumerate(row)])
        for step in range(tokens - 1):
            decode([(made[s][-1], length + step, s, True) for s in range(batch)])
        llama_cpp.llama_batch_free(buffer)
        llama_cpp.llama_free(context)
        return made

    work()
    made, wall, used = timed(work)
    count = batch * tokens
    return {"rate": count / wall, "cpu": used / count, "tokens": made,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


# ---- this side


def reference(python, job):
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", TRANSFORMERS_VERBOSITY="error",
                       HF_HUB_DISABLE_PROGRESS_BARS="1")
    done = subprocess.run([python, __file__, "--worker", json.dumps(job)], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode != 0:
        sys.exit(f"The reference failed on {job}")
    return json.loads(done.stdout.splitlines()[-1])


def espalier(program, *arguments):
    environment = dict(os.environ, OMP_WAIT_POLICY="passive")
    done = subprocess.run([program, *arguments, "--json"], env=environment, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return json.loads(done.stdout)


def ours_generate(options, dtype, batch):
    found = espalier(options.bench, "generate", "--model", options.model, "--dtype", dtype, "--batch",
                     str(batch), "--threads", str(options.threads), "--repeats", "1", "--tokens",
                     str(options.tokens))
    return {"rate": found["tokens_per_second"]["median"], "cpu": found["cpu_seconds_per_token"],
            "peak": found["peak_rss_bytes"], "tokens": found["tokens"]}


def ours_evaluate(options, dtype):
    found = espalier(options.bench, "evaluate", "--model", options.model, "--dtype", dtype, "--data",
                     "tokens:" + options.windows, "--length", str(options.length), "--windows",
                     str(options.count), "--batch", "1", "--threads", str(options.threads),
                     "--repeats", "1")
    return {"rate": found["windows_per_second"]["median"], "cpu": found["cpu_seconds_per_window"],
            "peak": found["peak_rss_bytes"], "perplexity": found["perplexity"]["perplexity"]}


def middle(rounds, key):
    return statistics.median(round_[key] for round_ in rounds)


def same(ours, theirs):
    """Leading ids that agree, of all sequences together."""
    agreeing = 0
    for a, b in zip(ours, theirs):
        for x, y in zip(a, b):
            if x != y:
                break
            agreeing += 1
    return f"{agreeing} of {sum(map(len, theirs))} ids"


def compare(title, rounds, note):
    mine, other = [r[0] for r in rounds], [r[1] for r in rounds]
    print(f"{title:<46} {middle(mine, 'rate'):9.2f} {middle(other, 'rate'):9.2f} "
          f"{statistics.median(a['rate'] / b['rate'] for a, b in rounds):7.2f} "
          f"{statistics.median(b['cpu'] / a['cpu'] for a, b in rounds):7.2f} "
          f"{middle(mine, 'peak') / 2**20:7.0f} {middle(other, 'peak') / 2**20:7.0f}   {note}", flush=True)


def generation(options, python):
    for dtype, batch in [("fp32", 1), ("fp32", 8), ("bf16", 1), ("bf16", 8)]:
        job = {"model": options.model, "dtype": dtype, "batch": batch, "prompt_tokens": 32,
               "tokens": options.tokens, "threads": options.threads}
        rivals = [dict(job, work="generate")]
        if options.gguf and dtype == "fp32":
            rivals.append(dict(job, work="llama", gguf=options.gguf))
        for rival in rivals:
            rounds = [(ours_generate(options, dtype, batch), reference(python, rival))
                      for _ in range(options.rounds)]
            name = "llama.cpp F32" if rival["work"] == "llama" else "transformers"
            compare(f"generate, {dtype}, batch {batch}, tokens/s; {name}", rounds,
                    same(rounds[0][0]["tokens"], rounds[0][1]["tokens"]))


def evaluation(options, python):
    fp32 = None
    for dtype in ["fp32", "bf16"]:
        job = {"work": "evaluate", "model": options.model, "dtype": dtype, "windows": options.windows,
               "count": options.count, "length": options.length, "threads": options.threads}
        rounds = [(ours_evaluate(options, dtype), reference(python, job)) for _ in range(options.rounds)]
        compare(f"evaluate, {dtype}, windows/s; transformers {dtype}", rounds,
                f"perplexity {rounds[0][0]['perplexity']:.4f}, {rounds[0][1]['perplexity']:.4f}")
        if fp32 is not None:
            compare("evaluate, bf16; transformers fp32",
                    [(a[0], b) for a, b in zip(rounds, fp32)], "")
        fp32 = [b for _, b in rounds]


def greedy(options, python):
    theirs = reference(python, {"work": "greedy", "model": options.model, "dtype": "fp32",
                                "tokens": options.tokens, "threads": options.threads})["tokens"]
    equal = 0
    for prompt, expected in zip(prompts(), theirs):
        found = espalier(options.run, "generate", "--model", options.model, "--prompt", prompt,
                         "--tokens", str(options.tokens), "--threads", str(options.threads))
        if found["tokens"] == expected:
            equal += 1
        else:
            print(f"other ids after {prompt!r}: {found['tokens'][:12]} ... {expected[:12]} ...")
    print(f"greedy text, fp32: {equal} of {len(theirs)} prompts equal, token by token")
    return equal == len(theirs)


def environment(options):
    if options.python:
        return options.python
    python = pathlib.Path(options.venv) / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", options.venv], check=True)
        wanted = PACKAGES + (LLAMA if options.gguf else [])
        subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return str(python)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=False, help="Hugging Face folder, fp32")
    parser.add_argument("--windows", help="token ids, int32: windows of --length")
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--count", type=int, default=4, help="windows to evaluate")
    parser.add_argument("--gguf", help="the same weights for llama.cpp, F32")
    parser.add_argument("--build", default="build/ci", help="build folder of Espalier")
    parser.add_argument("--venv", default="build/parity-venv")
    parser.add_argument("--python", help="interpreter that has the reference")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="generate,evaluate,greedy")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        job = json.loads(options.worker)
        print(json.dumps(llama_side(job) if job["work"] == "llama" else transformers_side(job)))
        return 0
    if not options.model:
        parser.error("--model is needed")
    options.bench = str(pathlib.Path(options.build) / "bin" / "espalier-bench")
    options.run = str(pathlib.Path(options.build) / "bin" / "espalier-run")
    python, wanted = environment(options), options.only.split(",")
    if "generate" in wanted or "evaluate" in wanted:
        print(f"{'':<46} {'here':>9} {'there':>9} {'ratio':>7} {'cpu':>7} {'MiB':>7} {'MiB':>7}")
    if "generate" in wanted:
        generation(options, python)
    if "evaluate" in wanted and options.windows:
        evaluation(options, python)
    return 0 if "greedy" not in wanted or greedy(options, python) else 1


if __name__ == "__main__":
    sys.exit(main())
