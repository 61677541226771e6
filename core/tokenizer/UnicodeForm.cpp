// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/UnicodeForm.h"

#include "core/base/Error.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cstdlib>
#include <utf8proc.h>

namespace espalier {

namespace {

/// A character of the result. `change` says how the source moves on: 0, by one character; 1, not at
/// all; -n, by n characters more than one.
struct Unit {
    utf8proc_int32_t codePoint = 0;
    int change = 0;
    int combiningClass = 0;
};

bool composes(UnicodeForm form)
{
    return form == UnicodeForm::Nfc || form == UnicodeForm::Nfkc;
}

bool isCompatible(UnicodeForm form)
{
    return form == UnicodeForm::Nfkc || form == UnicodeForm::Nfkd;
}

[[noreturn]] void fail(std::size_t bytes, utf8proc_ssize_t reason)
{
    throw Error(ErrorCode::OutOfMemory, "Cannot normalize a text of " + std::to_string(bytes) +
                                            " bytes: " + utf8proc_errmsg(reason) + ".");
}

void mapWhole(std::string& text, UnicodeForm form)
{
    const int options = UTF8PROC_STABLE | (composes(form) ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                        (isCompatible(form) ? UTF8PROC_COMPAT : 0);
    utf8proc_uint8_t* mapped = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                     static_cast<utf8proc_option_t>(options));
    if (length < 0) {
        fail(text.size(), length);
    }
    text.assign(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
    std::free(mapped);
}

std::vector<Unit> decomposed(std::string_view text, UnicodeForm form)
{
    const int options =
        UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (isCompatible(form) ? UTF8PROC_COMPAT : 0);
    std::vector<Unit> units;
    units.reserve(text.size());
    utf8proc_int32_t parts[32]; // the longest decomposition has 18
    for (std::size_t at = 0; at < text.size();) {
        int boundary = 0;
        const auto count =
            utf8proc_decompose_char(static_cast<utf8proc_int32_t>(nextCodePoint(text, at)), parts,
                                    32, static_cast<utf8proc_option_t>(options), &boundary);
        if (count < 0 || count > 32) {
            fail(text.size(), count);
        }
        for (utf8proc_ssize_t i = 0; i < count; ++i) {
            units.push_back(
                {parts[i], i == 0 ? 0 : 1, utf8proc_get_property(parts[i])->combining_class});
        }
    }
    return units;
}

/// Canonical order: runs of marks by their class.
void putInOrder(std::vector<Unit>& units)
{
    const auto isMarkUnit = [](const Unit& unit) { return unit.combiningClass != 0; };
    for (auto at = units.begin(); at != units.end();) {
        at = std::find_if(at, units.end(), isMarkUnit);
        const auto end = std::find_if_not(at, units.end(), isMarkUnit);
        std::stable_sort(at, end, [](const Unit& a, const Unit& b) {
            return a.combiningClass < b.combiningClass;
        });
        at = end;
    }
}

/// The composed character, or 0.
utf8proc_int32_t pairComposed(utf8proc_int32_t first, utf8proc_int32_t second)
{
    utf8proc_int32_t both[3] = {first, second, 0};
    const auto length = utf8proc_normalize_utf32(
        both, 2, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    return length == 1 ? both[0] : 0;
}

std::vector<Unit> composed(const std::vector<Unit>& units)
{
    std::vector<Unit> result;
    result.reserve(units.size());
    std::optional<std::size_t> starter; // its place in `result`
    int lastClass = -1;                 // of what came between; -1: nothing did
    for (const Unit& unit : units) {
        const bool reachable = starter && lastClass < unit.combiningClass;
        const auto joined =
            reachable ? pairComposed(result[*starter].codePoint, unit.codePoint) : 0;
        if (joined != 0) {
            Unit& kept = result[*starter];
            kept.codePoint = joined;
            kept.change += unit.change - 1;
            continue;
        }
        if (unit.combiningClass == 0) {
            starter = result.size();
            lastClass = -1;
        } else {
            lastClass = unit.combiningClass;
        }
        result.push_back(unit);
    }
    return result;
}

void rebuild(TrackedText& text, const std::vector<Unit>& units)
{
    Rewrite rewrite(text);
    const std::string_view source = rewrite.source();
    std::size_t at = 0;
    for (const Unit& unit : units) {
        const std::size_t from = unit.change > 0 ? (at > 0 ? at - 1 : 0) : at;
        rewrite.put(static_cast<char32_t>(unit.codePoint), from);
        for (int i = unit.change; i <= 0 && at < source.size(); ++i) {
            nextCodePoint(source, at);
        }
    }
}

} // namespace

void toUnicodeForm(TrackedText& text, UnicodeForm form)
{
    if (std::ranges::all_of(text.text, [](char c) { return (c & 0x80) == 0; })) {
        return; // the same in every form
    }
    if (!text.tracked) {
        mapWhole(text.text, form);
        return;
    }
    std::vector<Unit> units = decomposed(text.text, form);
    putInOrder(units);
    rebuild(text, composes(form) ? composed(units) : units);
}

} // namespace espalier
