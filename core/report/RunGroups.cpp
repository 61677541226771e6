// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/RunGroups.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSameBudget = 0.01;

/// Size series from the most telling to the least.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSizes{{
    {"footprint/bitmask_bytes", "Size with zeros as a bitmask (MB)"},
    {"footprint/compressed_bytes", "Size after zstd (MB)"},
    {"footprint/bytes", "Size on disk (MB)"},
    {"footprint/parameters", "Parameters"},
}};

} // namespace

double MeasuredRun::value(std::string_view series) const
{
    const auto found = values.find(series);
    return found == values.end() ? kNan : found->second;
}

std::vector<double> RunGroup::all(std::string_view series) const
{
    std::vector<double> list;
    for (const MeasuredRun& run : members) {
        list.push_back(run.value(series));
    }
    return list;
}

SampleStatistics RunGroup::sample(std::string_view series) const
{
    return describeSample(all(series));
}

bool RunGroup::has(std::string_view series) const
{
    return std::ranges::any_of(members,
                               [&](const MeasuredRun& run) { return run.values.contains(series); });
}

std::string RunGroup::whyAbsent(std::string_view series) const
{
    const RunRecord& record = members.front().record;
    const std::string run = "run " + toText(record.id);
    if (has(series)) {
        return "not a number in " + run;
    }
    if (record.failure) {
        return run + " failed: " + record.failure->message;
    }
    if (record.status != RunStatus::Succeeded) {
        return run + " is " + std::string(nameOf(record.status));
    }
    return std::string(kUnmeasured) + toText(record.id);
}

std::string RunGroup::ids() const
{
    const auto first = static_cast<std::int64_t>(members.front().record.id);
    const auto last = static_cast<std::int64_t>(members.back().record.id);
    if (members.size() > 2 && last - first + 1 == static_cast<std::int64_t>(members.size())) {
        return toText(members.front().record.id) + " to " + toText(members.back().record.id);
    }
    std::string text;
    for (const MeasuredRun& run : members) {
        text += (text.empty() ? "" : ", ") + toText(run.record.id);
    }
    return text;
}

std::vector<std::vector<std::size_t>> ReportData::budgets() const
{
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (!groups[i].isReference()) {
            order.push_back(i);
        }
    }
    if (size.empty()) {
        return {order};
    }
    const auto sizeOf = [&](std::size_t i) { return groups[i].sample(size).mean; };
    std::erase_if(order, [&](std::size_t i) { return !std::isfinite(sizeOf(i)); });
    std::ranges::stable_sort(order, {}, sizeOf);
    std::vector<std::vector<std::size_t>> budgets;
    for (const std::size_t i : order) {
        if (budgets.empty() || sizeOf(i) > (1.0 + kSameBudget) * sizeOf(budgets.back().front())) {
            budgets.emplace_back();
        }
        budgets.back().push_back(i);
    }
    std::vector<std::vector<std::size_t>> split;
    for (const std::vector<std::size_t>& budget : budgets) {
        std::map<std::string, std::vector<std::size_t>, std::greater<>> byPattern;
        for (const std::size_t i : budget) {
            byPattern[groups[i].pattern].push_back(i);
        }
        for (auto& [pattern, members] : byPattern) {
            split.push_back(std::move(members));
        }
    }
    return split;
}

std::string sizeTitle(std::string_view series)
{
    for (const auto& [name, title] : kSizes) {
        if (name == series) {
            return std::string(title);
        }
    }
    return std::string(series);
}

std::vector<std::string> namesBetween(const std::vector<RunGroup>& groups, std::string_view prefix,
                                      std::string_view suffix)
{
    std::set<std::string> names;
    for (const RunGroup& group : groups) {
        for (const MeasuredRun& run : group.members) {
            for (const auto& [series, value] : run.values) {
                if (series.starts_with(prefix) && series.ends_with(suffix) &&
                    series.size() > prefix.size() + suffix.size()) {
                    names.insert(series.substr(prefix.size(),
                                               series.size() - prefix.size() - suffix.size()));
                }
            }
        }
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> sizeSeries()
{
    std::vector<std::string> list;
    for (const auto& [name, title] : kSizes) {
        list.emplace_back(name);
    }
    return list;
}

} // namespace espalier
