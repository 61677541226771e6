# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/tokenizer/{wordpiece,...} and components.json: small vocabularies trained here, with the ids, offsets
and decoded texts of the reference libraries.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 transformers==5.24
    python tests/parity/make_tokenizer_fixtures.py

Nothing but these fixtures comes from those libraries; none of them is needed to build or to run the tests.
"""
import base64
import io
import json
import os
import shutil
import struct
import sys
import tempfile

import sentencepiece as sp
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "tokenizer")
sys.path.insert(0, DATA)


def constants():
    """LINES and TEXTS of make.py, without running it."""
    space = {}
    with open(os.path.join(DATA, "make.py"), encoding="utf-8") as f:
        source = f.read()
    start, end = source.index("LINES = ["), source.index("def added()")
    exec(source[start:end], space)
    return space["LINES"], space["TEXTS"]


LINES, TEXTS = constants()
TEXTS = TEXTS + ["H\u00e9ll\u00f3 W\u014d\u0155ld [MASK] [SEP] x", "\u0130stanbul I\u0307 \u01c5", "\ufb01ne \u2460 \uff21\uff22 \u337f",
                 "caf\u00e9\u0301\u0323 e\u0323\u0301", "<|startoftext|>Tree<|endoftext|> tree", "a <extra_id_0> b",
                 "snowman \u2603 and <cut>inside<cut>", "\t \n", "\uac00\u11a8 \u1100\u1161"]
PAIRS = [["The tree grows.", "It's cut every winter, and every summer."], ["a", ""], ["", "b"],
         [" leading \u6a39\u679d", "Caf\u00e9 cr\u00e8me"]]


def folder(name):
    path = os.path.join(DATA, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def dump(path, value):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=True)
        out.write("\n")


def dump_vectors(path, vectors):
    with open(path, "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(v) for v in vectors) + "\n]\n")


def full(e):
    return {"ids": e.ids, "types": e.type_ids, "attention": e.attention_mask, "special": e.special_tokens_mask,
            "offsets": [list(o) for o in e.offsets]}


def vectors_of(t, texts=TEXTS):
    result = []
    for text in texts:
        e = t.encode(text)
        plain = t.encode(text, add_special_tokens=False)
        result.append({"text": text, "ids": e.ids, "plain": plain.ids, "offsets": [list(o) for o in e.offsets],
                       "decoded": t.decode(e.ids), "decodedAll": t.decode(e.ids, skip_special_tokens=False)})
    return result


def pairs_of(t):
    result = []
    for a, b in PAIRS:
        for options in [{}, {"special": False}, {"length": 9, "from": "longest_first"},
                        {"length": 7, "from": "longest_first", "side": "left"}, {"pad": 24},
                        {"pad": 0, "multiple": 8, "padSide": "left", "padId": 1, "padType": 1}]:
            t.no_truncation()
            t.no_padding()
            if "length" in options:
                t.enable_truncation(options["length"], strategy=options["from"], direction=options.get("side", "right"))
            if "pad" in options:
                t.enable_padding(length=options["pad"] or None, pad_to_multiple_of=options.get("multiple"),
                                 direction=options.get("padSide", "right"), pad_id=options.get("padId", 0),
                                 pad_type_id=options.get("padType", 0))
            special = options.get("special", True)
            result.append({"first": a, "second": b, "options": options, "pair": full(t.encode(a, b, add_special_tokens=special)),
                           "single": full(t.encode(a, add_special_tokens=special))})
    t.no_truncation()
    t.no_padding()
    return result


def wordpiece():
    for name, lower in [("wordpiece", True), ("wordpiece-cased", False)]:
        t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer = normalizers.BertNormalizer(lowercase=lower, strip_accents=None)
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        t.train_from_iterator(LINES, trainers.WordPieceTrainer(
            vocab_size=400, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
        vocab = sorted(t.get_vocab().items(), key=lambda item: item[1])
        t = Tokenizer(models.WordPiece(dict(vocab), unk_token="[UNK]"))
        t.normalizer = normalizers.BertNormalizer(lowercase=lower, strip_accents=None)
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        t.decoder = decoders.WordPiece()
        t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]])
        cls, sep = t.token_to_id("[CLS]"), t.token_to_id("[SEP]")
        t.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
        path = folder(name)
        with open(os.path.join(path, "vocab.txt"), "w", encoding="utf-8", newline="\n") as out:
            out.writelines(text + "\n" for text, _ in vocab)
        dump(os.path.join(path, "tokenizer_config.json"), {"do_lower_case": lower, "tokenizer_class": "BertTokenizer"})
        dump_vectors(os.path.join(path, "vectors.json"), vectors_of(t))
        if lower:
            dump_vectors(os.path.join(path, "pairs.json"), pairs_of(t))


def write_bpe(path, t):
    t.model.save(path)


def byte_level_kinds():
    def trained(special, suffix=None):
        t = Tokenizer(models.BPE(end_of_word_suffix=suffix) if suffix else models.BPE())
        if suffix:
            t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
            t.pre_tokenizer = clip_words()
        else:
            t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        more = {"end_of_word_suffix": suffix} if suffix else {}
        t.train_from_iterator(LINES, trainers.BpeTrainer(
            vocab_size=700 if suffix else 450, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **more))
        return json.loads(t.to_str())["model"]

    def clip_words():
        return pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"),
                                 behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False)])

    def store(name, model, config, t):
        path = folder(name)
        dump(os.path.join(path, "vocab.json"), model["vocab"])
        with open(os.path.join(path, "merges.txt"), "w", encoding="utf-8", newline="\n") as out:
            out.write("#version: 0.2\n")
            out.writelines(" ".join(m) + "\n" for m in model["merges"])
        if config:
            dump(os.path.join(path, "tokenizer_config.json"), config)
        dump_vectors(os.path.join(path, "vectors.json"), vectors_of(t))
        if name == "roberta":
            dump_vectors(os.path.join(path, "pairs.json"), pairs_of(t))

    def merges(model):
        return [tuple(m) for m in model["merges"]]

    model = trained(["<|endoftext|>"])
    t = Tokenizer(models.BPE(model["vocab"], merges(model)))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken("<|endoftext|>", special=True, normalized=False)])
    store("gpt2", model, None, t)

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    model = trained(special)
    t = Tokenizer(models.BPE(model["vocab"], merges(model)))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False, lstrip=x == "<mask>") for x in special])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    store("roberta", model, {"tokenizer_class": "RobertaTokenizer"}, t)

    special = ["<|startoftext|>", "<|endoftext|>"]
    model = trained(special, "</w>")
    for byte in pre_tokenizers.ByteLevel.alphabet():  # CLIP has all of these
        model["vocab"].setdefault(byte + "</w>", len(model["vocab"]))
    t = Tokenizer(models.BPE(model["vocab"], merges(model), end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = clip_words()
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in special])
    ids = [t.token_to_id(x) for x in special]
    t.post_processor = processors.RobertaProcessing((special[1], ids[1]), (special[0], ids[0]), False, False)

    class Clip:  # transformers' CLIPTokenizer puts this around decode
        def __getattr__(self, name):
            return getattr(t, name)

        def decode(self, ids, **more):
            return t.decode(ids, **more).replace("</w>", " ").strip(" ")

    store("clip", model, {"tokenizer_class": "CLIPTokenizer"}, Clip())


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


def pieces_and_charsmap(model):
    pieces, charsmap = [], b""
    for number, value in protobuf(model):
        if number == 1:
            fields = dict(protobuf(value))
            pieces.append((fields[1].decode(), struct.unpack("<f", fields.get(2, bytes(4)))[0]))
        elif number == 3:
            charsmap = dict(protobuf(value)).get(2, b"")
    return pieces, charsmap


def train_sentencepiece(**options):
    out = io.BytesIO()
    sp.SentencePieceTrainer.train(sentence_iterator=iter(LINES), model_writer=out, hard_vocab_limit=False,
                                  minloglevel=2, num_threads=1, **options)
    return out.getvalue()


def sentencepiece_vectors(model, decoder, bos, eos, skip):
    """ids by SentencePiece for texts that name no control piece; decoding by the `tokenizers` decoder."""
    processor = sp.SentencePieceProcessor(model_proto=model)
    result = []
    for text in TEXTS:
        if any(c in text for c in ["<s>", "</s>", "<unk>", "<pad>", "<extra_id_0>"]):
            continue
        plain = processor.encode(text)
        ids = bos + plain + eos
        pieces = [processor.id_to_piece(i) for i in ids]
        shown = [p for p, i in zip(pieces, ids) if i not in skip]
        result.append({"text": text, "ids": ids, "plain": plain, "decoded": decoder.decode(shown),
                       "decodedAll": decoder.decode(pieces)})
    return result


def sentencepiece_kinds():
    model = train_sentencepiece(model_type="bpe", vocab_size=560, byte_fallback=True, normalization_rule_name="identity",
                                remove_extra_whitespaces=False, user_defined_symbols=["<cut>", "  "], character_coverage=0.99,
                                unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    path = folder("sentencepiece-bpe")
    with open(os.path.join(path, "tokenizer.model"), "wb") as out:
        out.write(model)
    decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    dump_vectors(os.path.join(path, "vectors.json"), sentencepiece_vectors(model, decoder, [1], [], {0, 1, 2}))

    rules = tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False)
    for source, target in [("\t", " "), ("\n", " "), ("\r", " "), ("\u00a0", " "), ("\u3000", " "), ("\ufb01", "fi"),
                           ("\uff21", "A"), ("\u2460", "1"), ("e\u0301", "\u00e9"), ("a\u0300\u0323", "\u1ea1\u0300"), ("\u200b", ""),
                           ("\u337f", "\u682a\u5f0f\u4f1a\u793e"), ("\u2026", "...")]:
        rules.write(" ".join("%X" % ord(c) for c in source) + "\t" + " ".join("%X" % ord(c) for c in target) + "\n")
    rules.close()
    model = train_sentencepiece(model_type="unigram", vocab_size=420, normalization_rule_tsv=rules.name, pad_id=0, eos_id=1,
                                unk_id=2, bos_id=-1, user_defined_symbols=["<cut>"], character_coverage=0.995)
    os.unlink(rules.name)
    path = folder("sentencepiece-unigram")
    with open(os.path.join(path, "spiece.model"), "wb") as out:
        out.write(model)
    decoder = decoders.Metaspace()
    dump_vectors(os.path.join(path, "vectors.json"), sentencepiece_vectors(model, decoder, [], [1], {0, 1, 2}))

    pieces, charsmap = pieces_and_charsmap(model)
    t = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap),
                                         normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "\u2581")])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["<pad>", "</s>", "<unk>"]])
    t.add_tokens([AddedToken("<cut>", normalized=False, special=False)])
    t.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    path = folder("unigram")
    t.save(os.path.join(path, "tokenizer.json"), pretty=False)
    dump_vectors(os.path.join(path, "vectors.json"), vectors_of(t))
    return base64.b64encode(charsmap).decode()


def components(charsmap):
    """Every normalizer and pre-tokenizer alone; each character, or each word, is a token."""
    by_json = lambda cls, value: value
    regex = {"Regex": r"\d+|[a-z]+"}
    normal = [{"type": x} for x in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"]]
    normal += [{"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Prepend", "prepend": "\u2581"},
               {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
               {"type": "Replace", "pattern": {"Regex": r"\s{2,}"}, "content": "<>"},
               {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
               {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False},
               {"type": "Precompiled", "precompiled_charsmap": charsmap},
               {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
               {"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "NFC"}]}]
    words = [{"type": x} for x in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"]]
    words += [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
              {"type": "CharDelimiterSplit", "delimiter": "e"}, {"type": "Digits", "individual_digits": True},
              {"type": "Digits", "individual_digits": False}, {"type": "FixedLength", "length": 5},
              {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
              {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}]
    words += [{"type": "Punctuation", "behavior": x} for x in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]]
    words += [{"type": "Split", "pattern": regex, "behavior": "Isolated", "invert": True},
              {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Digits", "individual_digits": True}]}]
    result = []
    for n, p in [(x, {"type": "FixedLength", "length": 1}) for x in normal] + [(None, x) for x in words]:
        head = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": n, "pre_tokenizer": p,
                "post_processor": None, "decoder": None}
        t = Tokenizer.from_str(json.dumps({**head, "model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"}}))
        vocab = {"?": 0}
        for text in TEXTS:
            normalized = t.normalizer.normalize_str(text) if t.normalizer else text
            for word, _ in t.pre_tokenizer.pre_tokenize_str(normalized):
                vocab.setdefault(word, len(vocab))
        spec = {**head, "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "?"}}
        t = Tokenizer.from_str(json.dumps(spec))
        vectors = []
        for i, text in enumerate(TEXTS):
            e = t.encode(text)
            vectors.append([i, e.ids, [x for o in e.offsets for x in o]])
        result.append({"normalizer": n, "pre_tokenizer": p, "vocab": sorted(vocab, key=vocab.get), "vectors": vectors})
    with open(os.path.join(DATA, "components.json"), "w", encoding="utf-8") as out:
        out.write('{"texts":' + json.dumps(TEXTS) + ',\n"components":[\n' +
                  ",\n".join(json.dumps(r, separators=(",", ":")) for r in result) + "\n]}\n")


wordpiece()
byte_level_kinds()
components(sentencepiece_kinds())
