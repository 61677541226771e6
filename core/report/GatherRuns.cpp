// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/RunGroups.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kRunReference = "run:";
constexpr std::string_view kItems = "items/";

std::vector<RunRecord> expandedRuns(const StoreReader& store, const std::vector<RunId>& ids)
{
    if (ids.empty()) {
        throw Error(ErrorCode::InvalidInput, "A report needs at least one run; none was chosen.");
    }
    std::vector<RunRecord> records;
    std::set<RunId> seen;
    const auto add = [&](const RunRecord& record) {
        if (!record.isStudy && seen.insert(record.id).second) {
            records.push_back(record);
        }
    };
    for (const RunId id : ids) {
        const std::optional<RunRecord> record = store.run(id);
        if (!record) {
            throw Error(ErrorCode::NotFound,
                        "There is no run " + toText(id) +
                            " in this workspace. List its runs and choose from those.");
        }
        add(*record);
        if (record->isStudy) {
            for (const RunRecord& member : store.members(id)) {
                add(member);
            }
        }
    }
    std::ranges::sort(records, {}, &RunRecord::id);
    return records;
}

/// Equal for runs that differ by seed only, also where their model or teacher is such a run.
class GroupKeys {
public:
    explicit GroupKeys(const StoreReader& store)
        : m_store(store)
    {
    }

    std::string of(const RunSpec& original)
    {
        RunSpec spec = original;
        spec.seed = 0;
        spec.exports.clear();
        for (std::string* model : {&spec.model, &spec.teacher}) {
            if (const std::string key = ofReference(*model); !key.empty()) {
                *model = "group:" + key;
            }
        }
        return fingerprint(spec);
    }

private:
    std::string ofReference(const std::string& model)
    {
        if (!model.starts_with(kRunReference)) {
            return {};
        }
        const auto [place, isNew] = m_known.try_emplace(model);
        if (isNew) {
            const auto id = runIdFromText(std::string_view(model).substr(kRunReference.size()));
            const std::optional<RunRecord> record = id ? m_store.run(*id) : std::nullopt;
            if (record) {
                m_known[model] = of(record->spec);
            }
        }
        return m_known[model];
    }

    const StoreReader& m_store;
    std::map<std::string, std::string> m_known = {};
};

/// Share of zeros over all linears, or the mean of the linears' shares.
double sparsityOf(const MeasuredRun& run)
{
    const double parameters = run.value("footprint/linear_parameters");
    if (parameters > 0.0) {
        return run.value("footprint/linear_zeros") / parameters;
    }
    double sum = 0.0;
    double count = 0.0;
    for (const auto& [name, value] : run.values) {
        if (name.starts_with("sparsity/") && std::isfinite(value)) {
            sum += value;
            ++count;
        }
    }
    return count > 0.0 ? sum / count : kNan;
}

/// Numbers of the whole run that no single series holds.
void deriveValues(MeasuredRun& run)
{
    double seconds = 0.0;
    double peak = 0.0;
    for (const auto& [name, value] : run.values) {
        if (name.starts_with("stage/") && std::isfinite(value)) {
            seconds += name.ends_with("/seconds") ? value : 0.0;
            peak = name.ends_with("/peak_rss_bytes") ? std::max(peak, value) : peak;
        }
    }
    const double sparsity = sparsityOf(run);
    if (std::isfinite(sparsity)) {
        run.values[kSparsitySeries] = sparsity;
    }
    if (seconds > 0.0) {
        run.values[kSecondsSeries] = seconds;
    }
    if (peak > 0.0) {
        run.values[kPeakRssSeries] = peak;
    }
}

std::vector<double> itemsOf(const std::vector<MetricPoint>& points)
{
    std::vector<double> values;
    for (const MetricPoint& point : points) {
        values.push_back(point.value);
    }
    return values;
}

std::vector<MeasuredRun> measured(const StoreReader& store, const std::vector<RunRecord>& records,
                                  std::map<std::string, std::string>& units)
{
    std::vector<RunId> ids;
    std::map<RunId, MeasuredRun> runs;
    for (const RunRecord& record : records) {
        ids.push_back(record.id);
        runs[record.id].record = record;
    }
    for (const LastValue& last : store.lastValues(ids, {})) {
        if (last.name.starts_with(kItems)) {
            runs[last.run].items[last.name] = itemsOf(store.series(last.run, last.name));
            continue;
        }
        runs[last.run].values[last.name] = last.value;
        units.try_emplace(last.name, last.unit);
    }
    std::vector<MeasuredRun> list;
    for (auto& [id, run] : runs) {
        deriveValues(run);
        list.push_back(std::move(run));
    }
    return list;
}

std::string chosenSize(const std::vector<RunGroup>& groups)
{
    std::string fallback;
    for (const std::string& series : sizeSeries()) {
        std::set<double> distinct;
        for (const RunGroup& group : groups) {
            if (const double value = group.sample(series).mean; std::isfinite(value)) {
                distinct.insert(value);
            }
        }
        if (distinct.size() > 1) {
            return series;
        }
        if (fallback.empty() && !distinct.empty()) {
            fallback = series;
        }
    }
    return fallback;
}

/// The unchanged model first, then by size, then by the first dataset's perplexity; what has no
/// size last.
void sortGroups(ReportData& data)
{
    constexpr double kLast = std::numeric_limits<double>::infinity();
    const std::string perplexity =
        data.datasets.empty() ? std::string() : "eval/" + data.datasets.front() + "/perplexity";
    const auto budgets = data.budgets();
    using Rank = std::pair<double, double>;
    std::vector<std::pair<Rank, std::size_t>> order;
    for (std::size_t i = 0; i < data.groups.size(); ++i) {
        double budget = data.groups[i].isReference() ? -kLast : kLast;
        for (std::size_t b = 0; b < budgets.size(); ++b) {
            if (std::ranges::find(budgets[b], i) != budgets[b].end()) {
                budget = -static_cast<double>(b);
            }
        }
        const double quality = data.groups[i].sample(perplexity).mean;
        order.push_back({{budget, std::isfinite(quality) ? quality : kLast}, i});
    }
    std::ranges::sort(order);
    std::vector<RunGroup> sorted;
    for (const auto& [rank, i] : order) {
        sorted.push_back(std::move(data.groups[i]));
    }
    data.groups = std::move(sorted);
}

} // namespace

ReportData gatherRuns(const StoreReader& store, const std::vector<RunId>& runs,
                      const ReportOptions& options)
{
    ReportData data;
    GroupKeys keys(store);
    std::map<std::string, std::size_t> places;
    for (MeasuredRun& run : measured(store, expandedRuns(store, runs), data.units)) {
        const auto [place, isNew] =
            places.try_emplace(keys.of(run.record.spec), data.groups.size());
        if (isNew) {
            data.groups.emplace_back();
        }
        data.groups[place->second].members.push_back(std::move(run));
    }
    nameGroups(data, store, options);
    data.datasets = namesBetween(data.groups, "eval/", "/perplexity");
    std::erase_if(data.datasets,
                  [](const std::string& name) { return name.ends_with("/divergence"); });
    for (const std::string& name : namesBetween(data.groups, "eval/", "/divergence/mean_kld")) {
        if (std::ranges::find(data.datasets, name) == data.datasets.end()) {
            data.datasets.push_back(name);
        }
    }
    data.size = chosenSize(data.groups);
    sortGroups(data);
    return data;
}

} // namespace espalier
