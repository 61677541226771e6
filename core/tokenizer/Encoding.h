// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace espalier {

/// Bytes [begin, end) of a text that was given to the tokenizer.
struct ByteRange {
    std::size_t begin = 0, end = 0;

    bool operator==(const ByteRange&) const = default;
};

/// One text, or a pair of texts, ready for a model. All lists have one entry a token.
struct Encoding {
    std::vector<std::int32_t> ids = {};
    std::vector<std::int32_t> typeIds = {}; // "token types": 0, or 1 for the second text of a pair
    std::vector<std::uint8_t> attentionMask = {}; // 0: padding
    std::vector<std::uint8_t> specialMask = {};   // 1: put there by the tokenizer, or padding
    /// Where each token lies in its own text, in bytes; a token that is only a part of a character
    /// has that whole character, one that stands for nothing has {0, 0}.
    std::vector<ByteRange> offsets = {};

    std::size_t size() const { return ids.size(); }
};

enum class TruncateFrom { LongestFirst = 1, OnlyFirst, OnlySecond };
enum class Side { Left = 1, Right };

/// Cuts to a length that counts the special tokens.
struct Truncation {
    std::int64_t maxLength = 512;
    TruncateFrom from = TruncateFrom::LongestFirst;
    Side side = Side::Right; // where tokens are taken away
};

/// Fills up shorter encodings.
struct Padding {
    std::int64_t length = 0;     // 0: as long as the longest of those that are padded together
    std::int64_t multipleOf = 0; // 0: any length
    std::int32_t id = 0;
    std::int32_t typeId = 0;
    Side side = Side::Right; // where padding is put
};

enum class SpecialTokens { Add = 1, Leave }; // what the post-processor would add: BOS and the like
enum class SpecialText { AsToken = 1, AsText }; // what "</s>" inside a text means
/// Text that is not UTF-8 is refused, or each broken sequence becomes U+FFFD; offsets are then
/// those of the repaired text.
enum class InvalidText { Refuse = 1, Replace };
enum class FileSettings {
    Ignore = 1,
    Apply
}; // truncation and padding that tokenizer.json asks for

struct EncodeOptions {
    SpecialTokens special = SpecialTokens::Add;
    SpecialText specialText = SpecialText::AsToken;
    InvalidText invalidText = InvalidText::Refuse;
    std::optional<Truncation> truncation = {};
    std::optional<Padding> padding = {};
    FileSettings fileSettings = FileSettings::Ignore; // used where the two above are not given
};

/// Pads all to one length.
ESPALIER_API void padTogether(std::span<Encoding> encodings, const Padding& padding);

/// Byte ranges of `text` as ranges of its characters (code points), which is how the Hugging Face
/// library counts. A range that ends inside a character takes it whole.
ESPALIER_API std::vector<ByteRange> characterOffsets(std::string_view text,
                                                     std::span<const ByteRange> offsets);

} // namespace espalier
