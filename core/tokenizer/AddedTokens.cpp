// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/AddedTokens.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <limits>

namespace espalier {

namespace {

bool standsAlone(std::string_view text, std::size_t begin, std::size_t end)
{
    if (begin > 0 && isWordPart(lastCodePoint(text.substr(0, begin)))) {
        return false;
    }
    return end == text.size() || !isWordPart(nextCodePoint(text, end));
}

std::size_t withBlanksBefore(std::string_view text, std::size_t begin)
{
    std::size_t kept = begin;
    while (kept > 0) {
        std::size_t previous = kept - 1;
        while (previous > 0 && (static_cast<unsigned char>(text[previous]) & 0xC0u) == 0x80) {
            --previous;
        }
        std::size_t end = previous;
        if (!isWhitespace(nextCodePoint(text, end))) {
            break;
        }
        kept = previous;
    }
    return kept;
}

std::size_t withBlanksAfter(std::string_view text, std::size_t end)
{
    for (std::size_t next = end; next < text.size() && isWhitespace(nextCodePoint(text, next));) {
        end = next;
    }
    return end;
}

} // namespace

AddedToken addedTokenFrom(const JsonPart& part)
{
    AddedToken token;
    const std::int64_t id = part.integer("id");
    if (id < 0 || id > std::numeric_limits<std::int32_t>::max()) {
        part.corrupt("has the id " + std::to_string(id) + ", which is out of range");
    }
    token.id = static_cast<std::int32_t>(id);
    token.content = part.text("content");
    token.singleWord = part.flag("single_word", false);
    token.lstrip = part.flag("lstrip", false);
    token.rstrip = part.flag("rstrip", false);
    token.special = part.flag("special", false);
    token.normalized = part.flag("normalized", !token.special);
    return token;
}

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens, const Normalizer* normalizer)
{
    for (AddedToken& token : tokens) {
        TrackedText looked = TrackedText::plain(token.content);
        if (normalizer != nullptr) {
            normalizer->apply(looked);
        }
        std::string& pattern = looked.text;
        if (!pattern.empty()) {
            m_empty = false;
            auto& entries = m_byFirstByte[static_cast<unsigned char>(pattern.front())];
            entries.push_back({std::move(token), std::move(pattern)});
        }
    }
    for (auto& entries : m_byFirstByte) {
        std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
            return a.pattern.size() > b.pattern.size();
        });
    }
}

const AddedTokenFinder::Entry*
AddedTokenFinder::longestAt(std::string_view text, std::size_t position, SpecialText special) const
{
    for (const Entry& entry : m_byFirstByte[static_cast<unsigned char>(text[position])]) {
        if (special == SpecialText::AsText && entry.token.special) {
            continue;
        }
        if (text.substr(position).starts_with(entry.pattern)) {
            return &entry;
        }
    }
    return nullptr;
}

std::vector<AddedTokenFinder::Found> AddedTokenFinder::find(std::string_view text, bool atStart,
                                                            SpecialText special) const
{
    std::vector<Found> found;
    std::size_t done = 0;
    const auto addText = [&](std::size_t end) {
        if (end > done) {
            found.push_back({text.substr(done, end - done), atStart && done == 0, kText});
        }
    };
    for (std::size_t position = 0; !m_empty && position < text.size();) {
        const Entry* entry = longestAt(text, position, special);
        if (entry == nullptr) {
            ++position;
            continue;
        }
        std::size_t begin = position;
        std::size_t end = begin + entry->pattern.size();
        position = end;
        if (entry->token.singleWord && !standsAlone(text, begin, end)) {
            continue;
        }
        begin = entry->token.lstrip ? std::max(withBlanksBefore(text, begin), done) : begin;
        end = entry->token.rstrip ? withBlanksAfter(text, end) : end;
        addText(begin);
        found.push_back({text.substr(begin, end - begin), atStart && begin == 0, entry->token.id});
        done = end;
    }
    addText(text.size());
    return found;
}

} // namespace espalier
