// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/SequencePlan.h"

#include <algorithm>
#include <numeric>

namespace espalier {

namespace {

constexpr std::int64_t kMostPositions = 8192; // of a pass
constexpr std::int64_t kPrefixStep = 8;       // so that more questions have prefixes of one length
constexpr std::int64_t kWorthSharing = 32;    // positions saved that pay for a second, smaller pass
constexpr std::int64_t kSuffixSlack = 4;
constexpr std::int64_t kPaddedShare = 16;

/// Positions all members begin with, rounded down; every member keeps one at least behind it.
std::int64_t sharedPrefix(const SequenceGroup& group)
{
    const std::vector<std::int32_t>& first = group.members.front().tokens;
    std::int64_t shared = inputLength(group.members.front()) - 1;
    for (const ScoreSequence& member : group.members) {
        const auto [mine, theirs] = std::ranges::mismatch(first, member.tokens);
        shared = std::min(
            {shared, static_cast<std::int64_t>(mine - first.begin()), inputLength(member) - 1});
    }
    shared = std::max<std::int64_t>(shared, 0) / kPrefixStep * kPrefixStep;
    const auto others = static_cast<std::int64_t>(group.members.size()) - 1;
    return others * shared >= kWorthSharing ? shared : 0;
}

std::vector<SequenceUnit> unitsOf(const std::vector<SequenceGroup>& groups)
{
    std::vector<SequenceUnit> units;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const std::vector<ScoreSequence>& members = groups[g].members;
        if (members.empty()) {
            continue;
        }
        const std::int64_t prefix = sharedPrefix(groups[g]);
        SequenceUnit shared{.group = g, .prefix = prefix};
        for (std::size_t m = 0; m < members.size(); ++m) {
            const std::int64_t length = inputLength(members[m]) - prefix;
            if (prefix == 0) {
                units.push_back({.group = g, .members = {m}, .longest = length});
            } else {
                shared.members.push_back(m);
                shared.longest = std::max(shared.longest, length);
            }
        }
        if (prefix > 0) {
            units.push_back(std::move(shared));
        }
    }
    return units;
}

bool fits(const SequenceBatch& open, const SequenceUnit& unit, std::int64_t batch)
{
    const std::int64_t rows = open.rows + static_cast<std::int64_t>(unit.members.size());
    const std::int64_t slack = open.prefix > 0 ? kSuffixSlack : 0;
    return open.prefix == unit.prefix && rows <= batch &&
           rows * (open.prefix + open.suffix) <= kMostPositions &&
           open.suffix - unit.longest <= std::max(slack, open.suffix / kPaddedShare);
}

} // namespace

std::vector<SequenceBatch> planSequences(const std::vector<SequenceGroup>& groups,
                                         std::int64_t batch)
{
    std::vector<SequenceUnit> units = unitsOf(groups);
    std::ranges::stable_sort(units, [](const SequenceUnit& a, const SequenceUnit& b) {
        return a.prefix != b.prefix ? a.prefix > b.prefix : a.longest > b.longest;
    });
    std::vector<SequenceBatch> batches;
    for (SequenceUnit& unit : units) {
        if (batches.empty() || !fits(batches.back(), unit, batch)) {
            batches.push_back({.prefix = unit.prefix, .suffix = unit.longest});
        }
        batches.back().rows += static_cast<std::int64_t>(unit.members.size());
        batches.back().units.push_back(std::move(unit));
    }
    return batches;
}

} // namespace espalier
