// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class JsonPart;

/// Turns tokens back into text, step by step; at the end the strings are put together.
class Decoder {
public:
    virtual ~Decoder() = default;
    virtual std::vector<std::string> apply(std::vector<std::string> tokens) const = 0;
};

/// Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, BPEDecoder, WordPiece, CTC.
/// Throws Unsupported for others.
std::unique_ptr<Decoder> makeDecoder(const JsonPart& part);

/// BPEDecoder, WordPiece and CTC, whose tokens say where words end; null for others.
std::unique_ptr<Decoder> makeWordDecoder(const JsonPart& part, std::string_view type);

std::string withAllReplaced(const std::string& text, std::string_view what, std::string_view by);

} // namespace espalier
