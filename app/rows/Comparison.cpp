// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/Comparison.h"

#include "app/Text.h"
#include "app/rows/RunFacts.h"
#include "app/rows/RunNames.h"
#include "core/analysis/Significance.h"
#include "core/method/MethodCatalog.h"
#include "core/run/RunModels.h"

#include <QCoreApplication>
#include <QHash>

#include <algorithm>
#include <cmath>
#include <set>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMegabyte = 1e6;
constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kMsPerSecond = 1000.0;

QString translated(const char* text)
{
    return QCoreApplication::translate("Comparison", text);
}

/// A column and where its numbers come from.
struct Measure {
    RunColumn column;
    std::string series;
    double scale = 1.0;
    bool isInverse = false; // tokens per second become ms per token
};

QList<Measure> measuresOf(const std::vector<std::string>& dataSets, const LastValues& any)
{
    QList<Measure> list;
    const auto add = [&](const std::string& series, const QString& title, const QString& protocol,
                         std::optional<Better> better, int decimals, DeltaKind delta,
                         double scale = 1.0, bool isInverse = false) {
        list.append({{fromUtf8(series), title, protocol, better, decimals, delta},
                     series,
                     scale,
                     isInverse});
    };
    for (const std::string& data : dataSets) {
        const QString name = fromUtf8(data);
        const std::string prefix = "eval/" + data;
        const auto length = any.find(prefix + "/length");
        const QString protocol =
            length == any.end() ? name
                                : translated("%1, ctx %2").arg(name).arg(qRound64(length->second));
        add(prefix + "/perplexity", translated("Perplexity"), protocol, Better::Lower, 2,
            DeltaKind::Difference);
        add(prefix + "/divergence/mean_kld", translated("Mean KLD"), translated("nat / token"),
            Better::Lower, 3, DeltaKind::None);
        add(prefix + "/divergence/same_top_p", translated("Same top"), translated("%"),
            Better::Higher, 1, DeltaKind::None, 100);
    }
    add("derived/sparsity", translated("Zeros"), translated("% of linears"), {}, 1, DeltaKind::None,
        100);
    add("footprint/bytes", translated("On disk"), translated("MB, dense"), Better::Lower, 2,
        DeltaKind::Percent, 1 / kMegabyte);
    add("footprint/bitmask_bytes", translated("Bitmask"), translated("MB, zeros packed"),
        Better::Lower, 2, DeltaKind::Percent, 1 / kMegabyte);
    add("speed/decode_tokens_per_second", translated("Decode"), translated("ms / token"),
        Better::Lower, 2, DeltaKind::Factor, kMsPerSecond, true);
    add("derived/peak_rss", translated("Peak memory"), translated("MiB"), Better::Lower, 0,
        DeltaKind::None, 1 / kMebibyte);
    add("derived/seconds", translated("Time"), translated("s, all stages"), Better::Lower, 1,
        DeltaKind::None);
    return list;
}

LastValues withDerived(LastValues values)
{
    const std::pair<const char*, double> derived[] = {
        {"derived/sparsity", meanSparsityOf(values)},
        {"derived/peak_rss", peakRssOf(values)},
        {"derived/seconds", totalSecondsOf(values)},
    };
    for (const auto& [name, value] : derived) {
        if (!std::isnan(value)) {
            values[name] = value;
        }
    }
    return values;
}

QString whyMissing(const RunRecord& run)
{
    const QString name = translated("run %1").arg(fromUtf8(toText(run.id)));
    if (run.failure) {
        return translated("%1 failed: %2").arg(name, fromUtf8(run.failure->message));
    }
    return run.status == RunStatus::Succeeded
               ? translated("not evaluated in %1").arg(name)
               : translated("%1 is %2").arg(name, fromUtf8(nameOf(run.status)));
}

struct Gathered {
    std::vector<RunRecord> runs = {}; // oldest first
    std::map<RunId, LastValues> values = {};
};

Gathered gather(const StoreReader& store)
{
    Gathered all;
    std::vector<RunId> ids;
    for (const RunRecord& run : store.runs()) {
        if (!run.isStudy && isFinal(run.status) && run.status != RunStatus::Cancelled) {
            all.runs.push_back(run);
            ids.push_back(run.id);
        }
    }
    std::reverse(all.runs.begin(), all.runs.end());
    for (const LastValue& last : store.lastValues(ids, "")) {
        all.values[last.run][last.name] = last.value;
    }
    for (auto& [id, values] : all.values) {
        values = withDerived(std::move(values));
    }
    return all;
}

void addGroups(Comparison& comparison, const Gathered& all, const MethodCatalog& methods)
{
    QHash<QString, qsizetype> places;
    QHash<QString, int> used;
    for (const RunRecord& run : all.runs) {
        // A failed run stands alone: it has no numbers to average.
        const QString key = run.failure ? fromUtf8(toText(run.id)) : fromUtf8(groupKeyOf(run.spec));
        if (!places.contains(key)) {
            places.insert(key, comparison.groups.size());
            ComparedGroup group;
            group.spec = run.spec;
            group.row.id = numberOf(run.id);
            group.row.name = nameOf(run.spec, methods);
            group.row.variant = variantOf(run.spec, methods);
            group.row.status = run.status;
            group.row.reason = run.failure ? fromUtf8(run.failure->message) : QString();
            if (run.spec.method == "none") {
                group.row.slot = kReferenceSlot;
                group.row.isBaseline =
                    std::none_of(comparison.groups.begin(), comparison.groups.end(),
                                 [](const ComparedGroup& other) { return other.row.isBaseline; });
            } else {
                if (!used.contains(group.row.name)) {
                    used.insert(group.row.name, static_cast<int>(used.size()));
                }
                group.row.slot = used.value(group.row.name);
            }
            comparison.groups.append(group);
        }
        ComparedGroup& group = comparison.groups[places.value(key)];
        group.ids.append(numberOf(run.id));
        group.row.seeds = static_cast<int>(group.ids.size());
        const auto found = all.values.find(run.id);
        if (found == all.values.end()) {
            continue;
        }
        for (const auto& [series, value] : found->second) {
            std::vector<double>& members = group.values[series];
            members.resize(static_cast<std::size_t>(group.ids.size()), kNan);
            members.back() = value;
        }
    }
}

RunCell cellOf(const ComparedGroup& group, const Measure& measure, const RunRecord& first)
{
    RunCell cell;
    const auto found = group.values.find(measure.series);
    if (found == group.values.end()) {
        cell.missing = whyMissing(first);
        return cell;
    }
    std::vector<double> numbers = found->second;
    for (double& number : numbers) {
        number = measure.isInverse ? measure.scale / number : measure.scale * number;
    }
    const SampleStatistics sample = describeSample(numbers);
    cell.value = sample.mean;
    cell.deviation = sample.count > 1 && std::isfinite(sample.deviation) ? sample.deviation : 0.0;
    return cell;
}

/// Numbers that rest on what comes along with Espalier, or on a model's own text, are told apart.
void addDataNote(Comparison& comparison, const Gathered& all)
{
    QStringList notes;
    const auto samples = [](const RunRecord& run) {
        return std::any_of(run.spec.evaluations.begin(), run.spec.evaluations.end(),
                           [](const EvaluationSpec& evaluation) {
                               return evaluation.data.source.starts_with("builtin:");
                           });
    };
    if (std::any_of(all.runs.begin(), all.runs.end(), samples)) {
        notes.append(translated("Measured on sample data"));
    }
    if (std::any_of(all.runs.begin(), all.runs.end(), usesGeneratedText)) {
        notes.append(translated("Calibrated on text that a model generated itself"));
    }
    comparison.dataNote = notes.join(QStringLiteral(". "));
}

} // namespace

double ComparedGroup::mean(const std::string& series) const
{
    const auto found = values.find(series);
    return found == values.end() ? kNan : describeSample(found->second).mean;
}

double ComparedGroup::deviation(const std::string& series) const
{
    const auto found = values.find(series);
    if (found == values.end()) {
        return 0.0;
    }
    const double deviation = describeSample(found->second).deviation;
    return std::isfinite(deviation) ? deviation : 0.0;
}

const ComparedGroup* Comparison::groupOf(qint64 id) const
{
    const auto found = std::find_if(groups.begin(), groups.end(), [id](const ComparedGroup& group) {
        return group.ids.contains(id);
    });
    return found == groups.end() ? nullptr : &*found;
}

Comparison readComparison(const StoreReader& store, const MethodCatalog& methods)
{
    Comparison comparison;
    const Gathered all = gather(store);
    addGroups(comparison, all, methods);
    addDataNote(comparison, all);
    std::set<std::string> dataSets;
    LastValues any;
    for (const auto& [id, values] : all.values) {
        for (const std::string& name : dataSetsWith(values, "/perplexity")) {
            dataSets.insert(name);
        }
        any.insert(values.begin(), values.end());
    }
    if (!dataSets.empty()) {
        comparison.quality = "eval/" + *dataSets.begin() + "/perplexity";
        const auto length = any.find("eval/" + *dataSets.begin() + "/length");
        comparison.qualityTitle =
            length == any.end() ? translated("Perplexity (%1)").arg(fromUtf8(*dataSets.begin()))
                                : translated("Perplexity (%1, ctx %2)")
                                      .arg(fromUtf8(*dataSets.begin()))
                                      .arg(qRound64(length->second));
    }
    std::map<qint64, const RunRecord*> records;
    for (const RunRecord& run : all.runs) {
        records[numberOf(run.id)] = &run;
    }
    for (const Measure& measure : measuresOf({dataSets.begin(), dataSets.end()}, any)) {
        if (!any.contains(measure.series)) {
            continue;
        }
        comparison.columns.append(measure.column);
        for (ComparedGroup& group : comparison.groups) {
            group.row.cells.insert(measure.column.key,
                                   cellOf(group, measure, *records.at(group.ids.first())));
        }
    }
    return comparison;
}

} // namespace espalier
