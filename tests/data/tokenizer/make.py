#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the tokenizer fixtures with the Hugging Face library: pip install tokenizers==0.23.*; python3 make.py

bytelevel/ is of the GPT-2 kind, bytefallback/ of the Llama 2 kind; both are trained on the lines below. vectors.json
beside each tokenizer.json holds what that library makes of TEXTS: ids, and the text decoded without and with
special tokens. Nothing here is needed to build or to run the tests.
"""
import json
import os

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = [
    "The gardener ties the young branches to the wall and cuts what grows outwards.",
    "Every winter she cuts again, and every summer the tree grows flatter and fruits more.",
    "It's an old craft; they've practised it since Roman times, and we'll keep at it.",
    "for branch in tree.branches(): # cut what is not needed\n    if branch.strength < 0.5:\n        branch.cut()",
    "Caf\u00e9 cr\u00e8me, na\u00efve fa\u00e7ade, \u00fcber-gro\u00dfe \u00c4pfel, ma\u00f1ana, \u0141\u00f3d\u017a.",
    "\u6a39\u679d\u5728\u7246\u4e0a\u751f\u9577\uff0c\u5712\u4e01\u6bcf\u5e74\u51ac\u5929\u4fee\u526a\u3002",
    "1 2 3 10 100 1000 12345 3.14159 2024-01-31",
] * 8

TEXTS = [
    "", " ", "  ", "a", "\n", "\t\ttabs\tin\tbetween", "The gardener cuts.", " leading and trailing ",
    "two  spaces   three    four", "It's they've we'll I'd can't YOU'RE", "wait... what?! (yes) [no] {maybe}",
    "12345 and 3.14159 and 1,000,000", "for x in tree:\n    x.cut()\n\n\n    # done\n", "\r\nWindows\r\nlines\r\n",
    "Caf\u00e9 cr\u00e8me", "Cafe\u0301 with a combining accent", "a\u0300\u0323b\u0307", "\u00c4\u00d6\u00dc\u00df \u00f1 \u0141",
    "\u6a39\u679d\u5728\u7246\u4e0a", "\u4f60\u597d\uff0c\u4e16\u754c\uff01", "\ud55c\uad6d\uc5b4 \u65e5\u672c\u8a9e",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd", "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f333\U0001f34e tree and apple", "\U0001f469\u200d\U0001f469\u200d\U0001f467 family", "\U0001f1eb\U0001f1f7",
    "x\u00a0y\u2003z\u3000w", "zero\u200bwidth", "\ufeffmark first", "null\x00inside", "\x01\x02\x1b[0m\x7f",
    "<s>special</s> in text", "<s><s> twice", "keep  <mask>  blanks", "plant <tool> by", "plants <tool>s not",
    "\u2581 the mark itself \u2581\u2581", "<0x0A> spelled out", "\u2155 \u2163 \u0663\u0664", "\U00010348 and \U000e0001",
    "branchbranchbranchbranchbranchbranchbranchbranchbranchbranchbranchbranchbranchbranchbranch",
    "a_b-c/d\\e|f~g`h^i&j*k@l#m$n%o+p=q", "\u201cquoted\u201d \u2018single\u2019 \u2014 dash \u2026",
]


def added():
    return [AddedToken("<mask>", lstrip=True, normalized=False, special=True),
            AddedToken("<tool>", single_word=True, rstrip=True, normalized=False)]


def write(tokenizer, name):
    tokenizer.add_tokens(added())
    os.makedirs(name, exist_ok=True)
    tokenizer.save(os.path.join(name, "tokenizer.json"), pretty=False)
    vectors = []
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        ids = encoding.ids
        vectors.append({"text": text, "ids": ids, "offsets": [list(o) for o in encoding.offsets], "plain": tokenizer.encode(text, add_special_tokens=False).ids,
                        "decoded": tokenizer.decode(ids), "decodedAll": tokenizer.decode(ids, skip_special_tokens=False)})
    with open(os.path.join(name, "vectors.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(v) for v in vectors) + "\n]\n")


def byte_level():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=500, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    write(t, "bytelevel")


def byte_fallback():
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")  # for training only
    special = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % i for i in range(256)]
    t.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=500, special_tokens=special))
    made = json.loads(t.to_str())
    made["pre_tokenizer"] = None
    made["added_tokens"] = [a for a in made["added_tokens"] if a["id"] < 3]  # the bytes are no special tokens
    t = Tokenizer.from_str(json.dumps(made))
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                   decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    write(t, "bytefallback")


os.chdir(os.path.dirname(os.path.abspath(__file__)))
byte_level()
byte_fallback()
