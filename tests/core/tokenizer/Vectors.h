// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cstdint>

// What the tests of tokenizers share: comparing with vectors that reference libraries made.

namespace espalier::test {

inline std::unique_ptr<Tokenizer> opened(const Json& json)
{
    const TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    return Tokenizer::open(folder.path());
}

/// [begin, end, begin, end, ...] in characters, as the reference counts.
inline std::vector<std::int64_t> flat(std::string_view text, std::span<const ByteRange> offsets)
{
    std::vector<std::int64_t> result;
    for (const ByteRange& range : characterOffsets(text, offsets)) {
        result.push_back(static_cast<std::int64_t>(range.begin));
        result.push_back(static_cast<std::int64_t>(range.end));
    }
    return result;
}

inline std::vector<std::int64_t> flat(const Json& pairs)
{
    std::vector<std::int64_t> result;
    for (const Json& pair : pairs) {
        result.push_back(pair.is_array() ? pair[0].get<std::int64_t>() : pair.get<std::int64_t>());
        if (pair.is_array()) {
            result.push_back(pair[1].get<std::int64_t>());
        }
    }
    return result;
}

template <class T>
void same(const std::vector<T>& ours, const std::vector<T>& theirs, const std::string& what)
{
    VERIFY2(ours == theirs, what + ": " + describe(ours) + ", expected " + describe(theirs));
}

inline void compareIdsAndOffsets(const Tokenizer& tokenizer, const std::string& text,
                                 const Json& ids, const Json& offsets, const std::string& name)
{
    const std::string what = name + " of " + Json(text).dump();
    const auto expected = ids.get<std::vector<std::int32_t>>();
    same(tokenizer.encode(text), expected, what);
    const Encoding encoding = tokenizer.encodeText(text);
    same(encoding.ids, expected, "tracked, " + what);
    if (!offsets.is_null()) {
        same(flat(text, encoding.offsets), flat(offsets), "offsets, " + what);
    }
}

/// {"text", "ids", "plain", "decoded", "decodedAll", "offsets"}; the last may be missing.
inline void compareVector(const Tokenizer& tokenizer, const Json& vector)
{
    const std::string text = vector["text"];
    compareIdsAndOffsets(tokenizer, text, vector["ids"], vector.value("offsets", Json()), "ids");
    const auto ids = vector["ids"].get<std::vector<std::int32_t>>();
    same(tokenizer.encode(text, SpecialTokens::Leave),
         vector["plain"].get<std::vector<std::int32_t>>(), "without special tokens: " + text);
    COMPARE(tokenizer.decode(ids), vector["decoded"].get<std::string>());
    COMPARE(tokenizer.decode(ids, false), vector["decodedAll"].get<std::string>());
}

/// Offsets are those of `first` up to the first token of type 1 or, in a pair, the second text's;
/// they are compared as characters of whichever text has them.
inline void compareEncoding(const Encoding& ours, const Json& theirs, const std::string& first,
                            const std::string& second, const std::string& what)
{
    same(ours.ids, theirs["ids"].get<std::vector<std::int32_t>>(), "ids, " + what);
    same(ours.typeIds, theirs["types"].get<std::vector<std::int32_t>>(), "types, " + what);
    same(ours.attentionMask, theirs["attention"].get<std::vector<std::uint8_t>>(),
         "attention, " + what);
    same(ours.specialMask, theirs["special"].get<std::vector<std::uint8_t>>(), "special, " + what);
    const auto inFirst = flat(first, ours.offsets);
    const auto inSecond = flat(second, ours.offsets);
    const auto expected = flat(theirs["offsets"]);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        VERIFY2(inFirst[i] == expected[i] || inSecond[i] == expected[i], "offsets, " + what);
    }
}

} // namespace espalier::test
