// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/Overlap.h"

#include "core/base/Error.h"

#include <algorithm>
#include <bit>
#include <string>

namespace espalier {

namespace {

// An odd factor, so that multiplying loses nothing modulo 2^64 (that of PCG's generator).
constexpr std::uint64_t kFactor = 6364136223846793005U;
constexpr std::size_t kNone = SIZE_MAX;

std::uint64_t valueOf(std::int32_t token)
{
    // One more than the id: zeros would not tell lists of different lengths apart.
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(token)) + 1;
}

/// Calls `see` with the hash and the place of every n-gram of a list: the polynomial sum of
/// token * factor^(length - 1 - place), moved on by one token in constant time.
template <class See>
void rollOver(const TokenList& list, std::size_t length, const See& see)
{
    if (list.size() < length) {
        return;
    }
    std::uint64_t leading = 1;
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < length; ++i) {
        leading *= i == 0 ? 1 : kFactor;
        hash = hash * kFactor + valueOf(list[i]);
    }
    see(hash, std::size_t(0));
    for (std::size_t i = length; i < list.size(); ++i) {
        hash = (hash - leading * valueOf(list[i - length])) * kFactor + valueOf(list[i]);
        see(hash, i - length + 1);
    }
}

struct Place {
    std::size_t list = 0, position = 0;
};

/// The different n-grams of the evaluation lists; open addressing, a power of two of slots, at most
/// half of them taken.
class NgramTable {
public:
    NgramTable(std::span<const TokenList> lists, std::size_t length, std::size_t places)
        : m_lists(lists)
        , m_length(length)
        , m_slots(std::bit_ceil(std::max<std::size_t>(2 * places, 16)), kNone)
    {
        m_entries.reserve(places);
    }

    /// The entry of this n-gram, made where it is new.
    std::size_t insert(std::uint64_t hash, const TokenList& list, Place place)
    {
        std::size_t& slot = slotOf(hash, list, place.position);
        if (slot == kNone) {
            slot = m_entries.size();
            m_entries.push_back({hash, place, {kNone, kNone}});
        }
        return slot;
    }

    void meet(std::uint64_t hash, const TokenList& list, Place place)
    {
        const std::size_t entry = slotOf(hash, list, place.position);
        if (entry != kNone && m_entries[entry].training.list == kNone) {
            m_entries[entry].training = place;
        }
    }

    /// Where training has it; nothing was met: list kNone.
    Place trainingPlace(std::size_t entry) const { return m_entries[entry].training; }

private:
    struct Entry {
        std::uint64_t hash;
        Place first, training;
    };

    bool isSame(const Entry& entry, std::uint64_t hash, const TokenList& list,
                std::size_t position) const
    {
        if (entry.hash != hash) {
            return false;
        }
        const auto begin =
            m_lists[entry.first.list].begin() + static_cast<std::ptrdiff_t>(entry.first.position);
        return std::equal(begin, begin + static_cast<std::ptrdiff_t>(m_length),
                          list.begin() + static_cast<std::ptrdiff_t>(position));
    }

    std::size_t& slotOf(std::uint64_t hash, const TokenList& list, std::size_t position)
    {
        const std::size_t mask = m_slots.size() - 1;
        // The high bits of the sum depend on every token; the low ones hardly mix.
        auto at = static_cast<std::size_t>((hash ^ (hash >> 29)) * 0x9E3779B97F4A7C15U >> 20);
        for (at &= mask; m_slots[at] != kNone; at = (at + 1) & mask) {
            if (isSame(m_entries[m_slots[at]], hash, list, position)) {
                break;
            }
        }
        return m_slots[at];
    }

    std::span<const TokenList> m_lists;
    std::size_t m_length;
    std::vector<std::size_t> m_slots; // places in m_entries
    std::vector<Entry> m_entries;
};

std::size_t ngramsIn(std::span<const TokenList> lists, std::size_t length)
{
    std::size_t count = 0;
    for (const TokenList& list : lists) {
        count += list.size() < length ? 0 : list.size() - length + 1;
    }
    return count;
}

std::size_t checkedLength(std::span<const TokenList> evaluation, const OverlapOptions& options)
{
    if (options.length < 1) {
        throw Error(ErrorCode::InvalidInput, "n-grams of " + std::to_string(options.length) +
                                                 " tokens are asked for. Give 1 or more.");
    }
    const auto length = static_cast<std::size_t>(options.length);
    if (ngramsIn(evaluation, length) == 0) {
        std::size_t longest = 0;
        for (const TokenList& list : evaluation) {
            longest = std::max(longest, list.size());
        }
        throw Error(ErrorCode::InvalidInput,
                    "The longest evaluation text has " + std::to_string(longest) +
                        " tokens, an n-gram has " + std::to_string(length) +
                        ". Use a smaller length or a longer text.");
    }
    return length;
}

} // namespace

Overlap findOverlap(std::span<const TokenList> training, std::span<const TokenList> evaluation,
                    const OverlapOptions& options)
{
    const std::size_t length = checkedLength(evaluation, options);
    const std::size_t places = ngramsIn(evaluation, length);
    NgramTable table(evaluation, length, places);
    std::vector<std::size_t> entries; // of every place of the evaluation lists, in their order
    entries.reserve(places);
    for (std::size_t list = 0; list < evaluation.size(); ++list) {
        rollOver(evaluation[list], length, [&](std::uint64_t hash, std::size_t position) {
            entries.push_back(table.insert(hash, evaluation[list], {list, position}));
        });
    }
    for (std::size_t list = 0; list < training.size(); ++list) {
        rollOver(training[list], length, [&](std::uint64_t hash, std::size_t position) {
            table.meet(hash, training[list], {list, position});
        });
    }
    Overlap overlap{.length = options.length, .ngrams = static_cast<std::int64_t>(places)};
    std::size_t next = 0;
    for (std::size_t list = 0; list < evaluation.size(); ++list) {
        const TokenList& tokens = evaluation[list];
        const std::int64_t before = overlap.found;
        for (std::size_t position = 0; position + length <= tokens.size(); ++position) {
            const Place met = table.trainingPlace(entries[next++]);
            if (met.list == kNone) {
                continue;
            }
            ++overlap.found;
            if (overlap.examples.size() < options.examples) {
                const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(position);
                overlap.examples.push_back(
                    {list, position, met.list, met.position,
                     TokenList(begin, begin + static_cast<std::ptrdiff_t>(length))});
            }
        }
        overlap.lists += tokens.size() >= length ? 1 : 0;
        overlap.listsFound += overlap.found > before ? 1 : 0;
    }
    return overlap;
}

} // namespace espalier
