# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole texts through espalier-run and the reference libraries: equal ids, and equal text after decoding.

    python tests/parity/compare_tokenizers.py --run build/release/bin/espalier-run --tokenizers DIR --smollm2 DIR TEXT [TEXT ...]

DIR of --tokenizers holds bert/, clip/, gpt2/, mistral-v1/ and t5/ (vocabulary files under their upstream names); --smollm2 is
a model folder. Needs tokenizers, sentencepiece and transformers. What is compared: SmolLM2 and GPT-2, RoBERTa-like BERT and
CLIP with `tokenizers`; T5 and Mistral with `tokenizers` and with SentencePiece itself.
"""
import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import sentencepiece as sp
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers


def protobuf(data):
    """(number, value) of each field."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[at:at + size]
            at += size


def pieces_of(path):
    pieces, charsmap = [], b""
    for number, value in protobuf(open(path, "rb").read()):
        if number == 1:
            fields = dict(protobuf(value))
            pieces.append((fields[1].decode(), struct.unpack("<f", fields.get(2, bytes(4)))[0], fields.get(3, 1)))
        elif number == 3:
            charsmap = dict(protobuf(value)).get(2, b"")
    return pieces, charsmap


def lines(path):
    return open(path, encoding="utf-8").read().split("\n")


def gpt2(folder):
    merges = [tuple(x.split(" ")) for x in lines(folder + "/merges.txt") if x and not x.startswith("#version")]
    t = Tokenizer(models.BPE(json.load(open(folder + "/vocab.json", encoding="utf-8")), merges))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken("<|endoftext|>", special=True, normalized=False)])
    return t


def clip(folder):
    merges = [tuple(x.split(" ")) for x in lines(folder + "/merges.txt") if x and not x.startswith("#version")]
    t = Tokenizer(models.BPE(json.load(open(folder + "/vocab.json", encoding="utf-8")), merges, end_of_word_suffix="</w>",
                             unk_token="<|endoftext|>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"),
                             behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Replace("</w>", " "), decoders.Strip(" ", 1 << 20, 1 << 20)])
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["<|startoftext|>", "<|endoftext|>"]])
    return t


def bert(vocab, lower):
    t = Tokenizer(models.WordPiece({x: i for i, x in enumerate(lines(vocab)) if x}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]])
    return t


def mistral(path):
    """As the public tokenizer.json of Mistral-7B-v0.1 has it."""
    pieces, _ = pieces_of(path)
    vocab = {p: i for i, (p, _, _) in enumerate(pieces)}
    merges = []
    for piece, score, _ in pieces:
        parts = [(piece[:i], piece[i:]) for i in range(1, len(piece)) if piece[:i] in vocab and piece[i:] in vocab]
        merges += [(score, part) for part in sorted(parts, key=lambda x: (vocab[x[0]], vocab[x[1]]))]
    merges = [part for _, part in sorted(merges, key=lambda x: -x[0])]
    t = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["<unk>", "<s>", "</s>"]])
    return t


def t5(path):
    """As transformers' T5Tokenizer has it."""
    pieces, charsmap = pieces_of(path)
    t = Tokenizer(models.Unigram([(p, s) for p, s, _ in pieces], unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Precompiled(charsmap)
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.decoder = decoders.Metaspace()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["<pad>", "</s>", "<unk>"]])
    return t


def folder_with(files, config=None):
    path = tempfile.mkdtemp()
    for source, name in files:
        shutil.copy(source, os.path.join(path, name))
    if config:
        json.dump(config, open(os.path.join(path, "tokenizer_config.json"), "w"))
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", required=True)
    parser.add_argument("--tokenizers", required=True)
    parser.add_argument("--smollm2")
    parser.add_argument("texts", nargs="+")
    args = parser.parse_args()
    d = args.tokenizers
    cases = [("GPT-2", folder_with([(d + "/gpt2/vocab.json", "vocab.json"), (d + "/gpt2/merges.txt", "merges.txt")]), gpt2(d + "/gpt2"), None),
             ("CLIP", folder_with([(d + "/clip/vocab.json", "vocab.json"), (d + "/clip/merges.txt", "merges.txt")]), clip(d + "/clip"), None),
             ("BERT uncased", folder_with([(d + "/bert/bert-base-uncased-vocab.txt", "vocab.txt")]), bert(d + "/bert/bert-base-uncased-vocab.txt", True), None),
             ("BERT cased", folder_with([(d + "/bert/bert-base-cased-vocab.txt", "vocab.txt")], {"do_lower_case": False}),
              bert(d + "/bert/bert-base-cased-vocab.txt", False), None),
             ("Mistral", folder_with([(d + "/mistral-v1/tokenizer.model", "tokenizer.model")]), mistral(d + "/mistral-v1/tokenizer.model"),
              sp.SentencePieceProcessor(model_file=d + "/mistral-v1/tokenizer.model")),
             ("T5", folder_with([(d + "/t5/t5_tokenizer_base.model", "spiece.model")]), t5(d + "/t5/t5_tokenizer_base.model"),
              sp.SentencePieceProcessor(model_file=d + "/t5/t5_tokenizer_base.model"))]
    if args.smollm2:
        cases.insert(0, ("SmolLM2", args.smollm2, Tokenizer.from_file(args.smollm2 + "/tokenizer.json"), None))
    bad = 0
    print("| tokenizer | text | ids | equal ids | equal decoded text | equal offsets | SentencePiece itself |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, folder, reference, piece in cases:
        for path in args.texts:
            text = open(path, encoding="utf-8", newline="").read()
            ours = json.loads(subprocess.run([args.run, "tokenize", "--model", folder, "--file", path, "--json", "--offsets", "--no-special"],
                                             capture_output=True, check=True).stdout)
            theirs = reference.encode(text, add_special_tokens=False)
            same = ours["ids"] == theirs.ids
            decoded = ours["decoded"] == reference.decode(theirs.ids)
            offsets = sum(a != list(b) for a, b in zip(ours["character_offsets"], theirs.offsets)) if same else -1
            own = "-"
            if piece:
                # SentencePiece itself takes special pieces in a text for plain text.
                special = any(x in text for x in ["<s>", "</s>", "<unk>", "<pad>", "<extra_id_"])
                # T5's line by line: SentencePiece adds scores up in 32 bits, which over a whole file rounds paths alike.
                ids = sum(piece.encode(text.split("\n")), []) if name == "T5" else piece.encode(text)
                own = "names special pieces" if special else "yes" if ids == ours["ids"] else "NO"
            if not same:
                at = next((i for i, (a, b) in enumerate(zip(ours["ids"], theirs.ids)) if a != b), min(len(ours["ids"]), len(theirs.ids)))
                print(f"{name}: differs at {at}: {ours['ids'][at - 2:at + 4]} {ours['tokens'][at - 2:at + 4]} for {theirs.ids[at - 2:at + 4]}"
                      f" {theirs.tokens[at - 2:at + 4]}", file=sys.stderr)
            bad += not same or not decoded or own == "NO"
            print(f"| {name} | {os.path.basename(path)} | {len(theirs.ids)} | {'yes' if same else 'NO'} | {'yes' if decoded else 'NO'} | "
                  f"{'yes' if offsets == 0 else offsets} | {own} |")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
