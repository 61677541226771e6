#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/gguf/blocks.gguf: packed numbers with what the gguf package makes of them.

    python tests/parity/make_gguf_fixtures.py [--values COUNT] [FILE]

Needs numpy and gguf. For each type that can be read, NAME.packed holds random blocks and
NAME.values what they stand for; for each that can be written, NAME.input holds numbers and
NAME.output how they are packed. --values makes more of each (a multiple of 256).
"""
import argparse
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type, quants

READ = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0",
        "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]
WRITTEN = ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]
# Where the scales in half precision stand in a block: any other byte may be anything.
HALVES = {"F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def random_halves(generator, count):
    """Of every size, subnormal ones too, and finite."""
    bits = generator.integers(0, 1 << 16, count, dtype=np.uint16)
    bits[(bits & 0x7C00) == 0x7C00] &= 0xBBFF
    bits[::7] &= 0x83FF
    return bits


def random_blocks(generator, name, values):
    if name == "F32":
        return generator.standard_normal(values).astype(np.float32).view(np.uint8)
    if name == "BF16":
        return random_halves(generator, values).view(np.uint8)
    elements, size = gguf.GGML_QUANT_SIZES[Type[name]]
    blocks = generator.integers(0, 256, (values // elements, size), dtype=np.uint8)
    for place in HALVES[name]:
        halves = random_halves(generator, len(blocks)).reshape(-1, 1)
        blocks[:, place:place + 2] = halves.view(np.uint8)
    return blocks.reshape(-1)


def numbers(generator, values):
    """Of many sizes, with blocks of zeros, of one value, of ties and of tiny numbers."""
    x = generator.standard_normal(values) * 10.0 ** generator.integers(-6, 4, values)
    x = x.astype(np.float32)
    x[0:32] = 0
    x[32:64] = -0.75
    x[64:96] = np.arange(32) - 16
    x[96:128] = 1e-41
    x[128:160] = generator.standard_normal(32)
    x[160:192] = (np.arange(32) - 15.5) / 8
    return x


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--values", type=int, default=512)
    parser.add_argument("file", nargs="?", type=Path,
                        default=Path(__file__).resolve().parent.parent / "data/gguf/blocks.gguf")
    arguments = parser.parse_args()
    generator = np.random.default_rng(11)
    writer = gguf.GGUFWriter(arguments.file, "none")
    writer.add_custom_alignment(64)
    for name in READ:
        packed = random_blocks(generator, name, arguments.values)
        with np.errstate(all="ignore"):
            values = quants.dequantize(packed.reshape(1, -1), Type[name]).astype(np.float32)
        writer.add_tensor(name + ".packed", packed.reshape(1, -1), raw_dtype=Type[name])
        writer.add_tensor(name + ".values", values.reshape(1, -1))
    for name in WRITTEN:
        values = numbers(generator, arguments.values).reshape(1, -1)
        with np.errstate(all="ignore"):
            packed = quants.quantize(values, Type[name])
        writer.add_tensor(name + ".input", values)
        writer.add_tensor(name + ".output", packed.view(np.uint8), raw_dtype=Type[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
