// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Encoding.h"

#include "core/base/Error.h"

#include <algorithm>
#include <string>

namespace espalier {

namespace {

constexpr std::size_t kLongestPadding = std::size_t(1)
                                        << 24; // keeps a damaged number from taking all memory

template <class T>
void fill(std::vector<T>& list, std::size_t count, const T& value, Side side)
{
    list.insert(side == Side::Left ? list.begin() : list.end(), count, value);
}

} // namespace

void padTogether(std::span<Encoding> encodings, const Padding& padding)
{
    auto length = static_cast<std::size_t>(std::max<std::int64_t>(padding.length, 0));
    if (padding.length <= 0) {
        for (const Encoding& encoding : encodings) {
            length = std::max(length, encoding.size());
        }
    }
    if (padding.multipleOf > 0) {
        const auto step = static_cast<std::size_t>(padding.multipleOf);
        length = (length + step - 1) / step * step;
    }
    if (length > kLongestPadding) {
        throw Error(ErrorCode::InvalidInput,
                    "Padding to " + std::to_string(length) + " tokens was asked for; " +
                        std::to_string(kLongestPadding) + " is the most. Ask for less.");
    }
    for (Encoding& encoding : encodings) {
        if (encoding.size() >= length) {
            continue;
        }
        const std::size_t count = length - encoding.size();
        fill(encoding.ids, count, padding.id, padding.side);
        fill(encoding.typeIds, count, padding.typeId, padding.side);
        fill(encoding.attentionMask, count, std::uint8_t(0), padding.side);
        fill(encoding.specialMask, count, std::uint8_t(1), padding.side);
        fill(encoding.offsets, count, ByteRange{}, padding.side);
    }
}

std::vector<ByteRange> characterOffsets(std::string_view text, std::span<const ByteRange> offsets)
{
    std::vector<std::size_t> before(text.size() + 1); // characters that begin before a byte
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        before[i] = characters;
        characters += (static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80 ? 1u : 0u;
    }
    before[text.size()] = characters;
    const auto startOf = [&](std::size_t byte) { // the character that holds this byte
        byte = std::min(byte, text.size());
        const bool inside = byte < text.size() && byte > 0 &&
                            (static_cast<unsigned char>(text[byte]) & 0xC0u) == 0x80;
        return before[byte] - (inside ? 1 : 0);
    };
    std::vector<ByteRange> result;
    result.reserve(offsets.size());
    for (const ByteRange& range : offsets) {
        result.push_back({startOf(range.begin), before[std::min(range.end, text.size())]});
    }
    return result;
}

} // namespace espalier
