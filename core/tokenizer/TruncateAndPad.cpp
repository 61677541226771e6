// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TruncateAndPad.h"

#include "core/base/Error.h"
#include "core/tokenizer/JsonPart.h"

#include <algorithm>
#include <limits>

namespace espalier {

namespace {

void cutTo(Encoding& encoding, std::size_t length, Side side)
{
    if (length >= encoding.size()) {
        return;
    }
    const auto shorten = [&](auto& list) {
        const auto length_ = static_cast<std::ptrdiff_t>(length);
        if (side == Side::Right) {
            list.erase(list.begin() + length_, list.end());
        } else {
            list.erase(list.begin(), list.end() - length_);
        }
    };
    shorten(encoding.ids);
    shorten(encoding.typeIds);
    shorten(encoding.attentionMask);
    shorten(encoding.specialMask);
    shorten(encoding.offsets);
}

/// What the longer gives first; from where both are equal, both.
void cutLongest(Encoding& first, Encoding& second, std::size_t length, Side side)
{
    std::size_t shorter = first.size(), longer = second.size();
    const bool swapped = shorter > longer;
    if (swapped) {
        std::swap(shorter, longer);
    }
    longer = shorter > length ? shorter : std::max(shorter, length - shorter);
    if (shorter + longer > length) {
        shorter = length / 2;
        longer = shorter + length % 2;
    }
    if (swapped) {
        std::swap(shorter, longer);
    }
    cutTo(first, shorter, side);
    cutTo(second, longer, side);
}

Side sideOf(const JsonPart& part)
{
    const std::string name = part.text("direction", "Right");
    if (name != "Left" && name != "Right") {
        part.unsupported("the direction \"" + name + "\"");
    }
    return name == "Left" ? Side::Left : Side::Right;
}

template <class T>
T bounded(const JsonPart& part, const char* key, std::int64_t fallback)
{
    const std::int64_t value = part.has(key) ? part.integer(key) : fallback;
    if (value < 0 || value > std::numeric_limits<T>::max()) {
        part.corrupt("has the " + std::string(key) + " " + std::to_string(value) +
                     ", which is out of range");
    }
    return static_cast<T>(value);
}

} // namespace

void truncate(std::vector<Encoding>& parts, const Truncation& truncation, std::size_t added)
{
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(truncation.maxLength, 0));
    const std::size_t length = limit > added ? limit - added : 0;
    std::size_t total = 0;
    for (const Encoding& part : parts) {
        total += part.size();
    }
    if (total <= length) {
        return;
    }
    if (length == 0) {
        for (Encoding& part : parts) {
            cutTo(part, 0, truncation.side);
        }
        return;
    }
    if (truncation.from == TruncateFrom::LongestFirst && parts.size() > 1) {
        cutLongest(parts[0], parts[1], length, truncation.side);
        return;
    }
    const std::size_t which = truncation.from == TruncateFrom::OnlySecond ? 1 : 0;
    const std::size_t tooMany = total - length;
    const std::size_t there = which < parts.size() ? parts[which].size() : 0;
    if (there < tooMany || (there == tooMany && parts.size() > 1)) {
        throw Error(ErrorCode::InvalidInput,
                    "Cannot cut to " + std::to_string(limit) +
                        " tokens: " + std::to_string(tooMany) + " have to go, and the " +
                        (which == 0 ? "first" : "second") + " text has " + std::to_string(there) +
                        ". Cut the longest first, or allow more tokens.");
    }
    cutTo(parts[which], there - tooMany, truncation.side);
}

Encoding joined(std::vector<Encoding> parts)
{
    if (parts.size() == 1) {
        return std::move(parts.front());
    }
    Encoding whole;
    const auto append = [](auto& list, const auto& more) {
        list.insert(list.end(), more.begin(), more.end());
    };
    for (const Encoding& part : parts) {
        append(whole.ids, part.ids);
        append(whole.typeIds, part.typeIds);
        append(whole.attentionMask, part.attentionMask);
        append(whole.specialMask, part.specialMask);
        append(whole.offsets, part.offsets);
    }
    return whole;
}

std::optional<Truncation> truncationOf(const JsonPart& file)
{
    if (!file.has("truncation")) {
        return {};
    }
    const JsonPart part = file.part("truncation");
    const std::string strategy = part.text("strategy", "LongestFirst");
    Truncation result;
    if (strategy == "OnlyFirst" || strategy == "OnlySecond") {
        result.from = strategy == "OnlyFirst" ? TruncateFrom::OnlyFirst : TruncateFrom::OnlySecond;
    } else if (strategy != "LongestFirst") {
        part.unsupported("the strategy \"" + strategy + "\"");
    }
    result.maxLength = bounded<std::int64_t>(part, "max_length", result.maxLength);
    result.side = sideOf(part);
    return result;
}

std::optional<Padding> paddingOf(const JsonPart& file)
{
    if (!file.has("padding")) {
        return {};
    }
    const JsonPart part = file.part("padding");
    Padding result;
    if (part.has("strategy") && part.value()["strategy"].is_object()) {
        result.length = bounded<std::int32_t>(part.part("strategy"), "Fixed", 0);
    } else if (const std::string name = part.text("strategy", "BatchLongest");
               name != "BatchLongest") {
        part.unsupported("the strategy \"" + name + "\"");
    }
    result.multipleOf = bounded<std::int32_t>(part, "pad_to_multiple_of", 0);
    result.id = bounded<std::int32_t>(part, "pad_id", 0);
    result.typeId = bounded<std::int32_t>(part, "pad_type_id", 0);
    result.side = sideOf(part);
    return result;
}

} // namespace espalier
