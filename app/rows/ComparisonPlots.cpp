// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Text.h"
#include "app/rows/Comparison.h"
#include "core/analysis/ParetoFront.h"
#include "core/analysis/Significance.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMegabyte = 1e6;
constexpr double kSameSize = 0.01; // sizes within one per cent count as equal
constexpr const char* kErrorByBlock = "error";

QString translated(const char* text)
{
    return QCoreApplication::translate("Comparison", text);
}

QString labelOf(const ComparedGroup& group)
{
    return group.row.variant.isEmpty() ? group.row.name
                                       : group.row.name + QLatin1Char(' ') + group.row.variant;
}

/// Groups of one method share a slot in the table; in a plot of a few of them the first keeps it
/// and the others get slots that nothing in the plot has.
QList<int> distinctSlots(const QList<ComparedGroup>& groups)
{
    QList<int> own;
    for (const ComparedGroup& group : groups) {
        own.append(group.row.slot);
    }
    QList<int> used;
    for (const int slot : own) {
        int given = slot;
        for (int free = 0; used.contains(given); ++free) {
            given = own.contains(free) ? given : free;
        }
        used.append(given);
    }
    return used;
}

/// Mean over the linears of each block, of the newest values under `prefix`.
std::vector<double> meanByBlock(const StoreReader& store, qint64 id, const std::string& prefix)
{
    std::vector<double> sums;
    std::vector<int> counts;
    for (const LastValue& last : store.lastValues({runOf(id)}, prefix)) {
        const LinearName place = linearName(std::string_view(last.name).substr(prefix.size()));
        if (place.block < 0 || !std::isfinite(last.value)) {
            continue;
        }
        const auto block = static_cast<std::size_t>(place.block);
        if (sums.size() <= block) {
            sums.resize(block + 1, 0.0);
            counts.resize(block + 1, 0);
        }
        sums[block] += last.value;
        ++counts[block];
    }
    for (std::size_t block = 0; block < sums.size(); ++block) {
        sums[block] = counts[block] == 0 ? kNan : sums[block] / counts[block];
    }
    return sums;
}

ComparedCurves errorCurves(const StoreReader& store, const QList<ComparedGroup>& groups)
{
    ComparedCurves result;
    result.xTitle = translated("Block");
    result.yTitle = translated("Relative output error (%), mean over linears");
    const QList<int> used = distinctSlots(groups);
    for (qsizetype i = 0; i < groups.size(); ++i) {
        const std::vector<double> errors = meanByBlock(store, groups[i].row.id, "error/");
        Curve curve{QString::number(groups[i].row.id), labelOf(groups[i]), used[i], {}};
        for (std::size_t block = 0; block < errors.size(); ++block) {
            curve.points.emplace_back(static_cast<double>(block), 100 * errors[block]);
        }
        if (!curve.points.empty()) {
            result.curves.append(curve);
        }
    }
    return result;
}

ComparedCurves seriesCurves(const StoreReader& store, const QList<ComparedGroup>& groups,
                            const QString& name)
{
    ComparedCurves result;
    result.xTitle = translated("Step");
    result.isLogarithmic = name.contains(QStringLiteral("/kl/"));
    const QList<int> used = distinctSlots(groups);
    for (qsizetype i = 0; i < groups.size(); ++i) {
        Curve curve{QString::number(groups[i].row.id), labelOf(groups[i]), used[i], {}};
        for (const MetricPoint& point : store.series(runOf(groups[i].row.id), toUtf8(name))) {
            curve.points.emplace_back(static_cast<double>(point.step), point.value);
        }
        if (!curve.points.empty()) {
            result.curves.append(curve);
        }
    }
    result.yTitle = name.contains(QStringLiteral("/kl/")) || name.contains(QStringLiteral("/loss/"))
                        ? translated("%1 (nat / token)").arg(name)
                        : name;
    return result;
}

} // namespace

QList<SizeAxis> sizeAxes(const Comparison& comparison)
{
    QList<SizeAxis> axes{
        {"footprint/bitmask_bytes", translated("Bitmask"),
         translated("Size with zeros as a bitmask (MB)"), 1 / kMegabyte},
        {"footprint/compressed_bytes", translated("zstd"), translated("Size after zstd (MB)"),
         1 / kMegabyte},
        {"footprint/bytes", translated("On disk"), translated("Bytes on disk, dense (MB)"),
         1 / kMegabyte},
        {"footprint/parameters", translated("Params"), translated("Parameters (millions)"), 1e-6}};
    axes.removeIf([&](const SizeAxis& axis) {
        return std::none_of(
            comparison.groups.begin(), comparison.groups.end(),
            [&](const ComparedGroup& group) { return group.values.contains(axis.series); });
    });
    return axes;
}

ParetoData paretoOf(const Comparison& comparison, const SizeAxis& axis)
{
    ParetoData data;
    std::vector<PlanePoint> plane;
    for (const ComparedGroup& group : comparison.groups) {
        const double x = group.mean(axis.series) * axis.scale;
        const double y = group.mean(comparison.quality);
        if (!std::isfinite(x) || !std::isfinite(y)) {
            continue;
        }
        plane.push_back({x, y});
        data.points.append({QString::number(group.row.id), group.row.name, group.row.slot, x, y,
                            group.deviation(axis.series) * axis.scale,
                            group.deviation(comparison.quality), false, group.row.isBaseline});
    }
    for (const std::size_t index : paretoFront(plane)) {
        data.points[static_cast<qsizetype>(index)].onFront = true;
        ++data.onFront;
    }
    for (const PlanePoint& corner : paretoStaircase(plane)) {
        data.staircase.append({corner.x, corner.y});
    }
    return data;
}

QString verdictOf(const Comparison& comparison, const QList<qint64>& selected)
{
    const QList<SizeAxis> axes = sizeAxes(comparison);
    QList<const ComparedGroup*> candidates;
    for (const ComparedGroup& group : comparison.groups) {
        const bool isWanted = selected.size() == 2
                                  ? selected.contains(group.row.id)
                                  : !group.row.isBaseline && group.row.slot != kReferenceSlot;
        if (isWanted && std::isfinite(group.mean(comparison.quality))) {
            candidates.append(&group);
        }
    }
    std::sort(candidates.begin(), candidates.end(),
              [&](const ComparedGroup* a, const ComparedGroup* b) {
                  return a->mean(comparison.quality) < b->mean(comparison.quality);
              });
    if (candidates.size() < 2) {
        return {};
    }
    const ComparedGroup& best = *candidates.first();
    const auto isSameSize = [&](const ComparedGroup& other) {
        if (axes.isEmpty()) {
            return true;
        }
        const double a = best.mean(axes.first().series);
        const double b = other.mean(axes.first().series);
        return std::abs(a - b) <= kSameSize * std::max(a, b);
    };
    const ComparedGroup* other = nullptr;
    for (qsizetype i = 1; i < candidates.size() && other == nullptr; ++i) {
        if (selected.size() == 2 || isSameSize(*candidates[i])) {
            other = candidates[i];
        }
    }
    if (other == nullptr) {
        return {};
    }
    const auto pairs = std::min(best.ids.size(), other->ids.size());
    const auto values = [&](const ComparedGroup& group) {
        std::vector<double> all = group.values.at(comparison.quality);
        all.resize(static_cast<std::size_t>(pairs), kNan);
        return all;
    };
    const PairedDifference difference = pairedBootstrap(values(best), values(*other));
    const QString verdict = fromUtf8(verdictText(toUtf8(labelOf(best)), toUtf8(labelOf(*other)),
                                                 toUtf8(translated("perplexity")), difference, {}));
    return isSameSize(*other)
               ? verdict
               : verdict + QLatin1Char(' ') +
                     translated("Their sizes differ: not a comparison at equal budget.");
}

ComparedCurves readCurves(const StoreReader& store, const QList<ComparedGroup>& groups,
                          const QString& wanted)
{
    QStringList choices;
    QSet<QString> known;
    bool hasErrors = false;
    for (const ComparedGroup& group : groups) {
        for (const auto& [series, values] : group.values) {
            const QString name = fromUtf8(series);
            hasErrors |= series.starts_with("error/");
            if ((series.starts_with("train/loss/") || series.starts_with("train/kl/") ||
                 series.starts_with("held_out/")) &&
                !known.contains(name)) {
                known.insert(name);
                choices.append(name);
            }
        }
    }
    choices.sort();
    if (hasErrors) {
        choices.append(QString::fromLatin1(kErrorByBlock));
    }
    QString shown = choices.contains(wanted) ? wanted : QString();
    if (shown.isEmpty() && !choices.isEmpty()) {
        const QString loss = QStringLiteral("held_out/loss/total");
        shown = choices.contains(loss) ? loss : choices.first();
    }
    ComparedCurves result = shown == QLatin1String(kErrorByBlock)
                                ? errorCurves(store, groups)
                                : seriesCurves(store, groups, shown);
    result.choices = choices;
    result.shown = shown;
    return result;
}

QList<BarPanel> readSparsityPanels(const StoreReader& store, const QList<ComparedGroup>& groups)
{
    QList<BarPanel> panels;
    for (const ComparedGroup& group : groups) {
        const std::vector<double> shares = meanByBlock(store, group.row.id, "sparsity/");
        if (!shares.empty()) {
            panels.append({QString::number(group.row.id), labelOf(group), group.row.slot,
                           QList<double>(shares.begin(), shares.end())});
        }
    }
    return panels;
}

} // namespace espalier
