// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Text.h"
#include "app/pages/ComparePage.h"
#include "app/rows/RunNames.h"
#include "app/settings/Settings.h"
#include "core/analysis/RunDiff.h"
#include "widgets/form/NumberEdit.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/tables/ParamDiffTable.h"
#include "widgets/tables/RunTableView.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

// What the lower half shows of the selected runs: curves, bars by block and differences.

namespace espalier {

namespace {

constexpr qsizetype kMostShown = 6; // panels and curves while nothing is selected

std::string shortKey(const std::string& key)
{
    constexpr std::string_view prefix = "params.";
    return key.starts_with(prefix) ? key.substr(prefix.size()) : key;
}

/// Folders and files by their names: a path would fill the table.
std::string shortValue(const std::string& key, const std::string& value)
{
    const bool isModel = key == "model" || key == "teacher";
    const bool isSource = key.ends_with(".source");
    return isModel    ? toUtf8(modelNameOf(value))
           : isSource ? Path(value).filename().string()
                      : value;
}

} // namespace

QList<ComparedGroup> ComparePage::shownGroups() const
{
    QList<ComparedGroup> groups;
    for (const qint64 id : m_table->selectedRuns()) {
        if (const ComparedGroup* group = m_comparison.groupOf(id)) {
            groups.append(*group);
        }
    }
    if (!groups.isEmpty()) {
        return groups;
    }
    for (const ComparedGroup& group : m_comparison.groups) {
        if (std::isfinite(group.mean(m_comparison.quality)) && group.row.slot != kReferenceSlot) {
            groups.append(group);
        }
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [this](const ComparedGroup& a, const ComparedGroup& b) {
                         return a.mean(m_comparison.quality) < b.mean(m_comparison.quality);
                     });
    return groups.mid(0, kMostShown);
}

void ComparePage::showDetails(const Details& details)
{
    {
        const QSignalBlocker quiet(m_series);
        m_series->clear();
        for (const QString& choice : details.curves.choices) {
            m_series->addItem(
                choice == QStringLiteral("error") ? tr("output error by block") : choice, choice);
        }
        m_series->setCurrentIndex(m_series->findData(details.curves.shown));
        m_series->setEnabled(m_series->count() > 0);
    }
    QList<PlotSeries> series;
    for (const Curve& curve : details.curves.curves) {
        series.append({curve.id, curve.label, curve.slot});
    }
    const bool isOther = details.curves.shown != m_curveData.shown;
    m_curveData = details.curves;
    if (isOther) {
        m_curves->setSeries({});
    }
    m_curves->setAxisTitles(details.curves.xTitle, details.curves.yTitle);
    m_curves->setYScale(details.curves.isLogarithmic ? PlotScale::Log : PlotScale::Linear);
    m_curves->setSeries(series);
    for (const Curve& curve : details.curves.curves) {
        m_curves->append(curve.id, curve.points);
    }
    const bool isByBlock = details.curves.shown == QStringLiteral("error");
    // A held-out score is measured now and then: an average would lag far behind it.
    const bool isRaw = isByBlock || details.curves.shown.startsWith(QStringLiteral("held_out/"));
    m_curves->setSmoothing(isRaw ? 0.0 : m_context.settings.smoothing());
    m_smoothing->setEnabled(!isRaw);
    m_smoothing->setToolTip(isRaw ? tr("Measured values, not smoothed")
                                  : tr("Weight of the past in the moving average, 0 to 0.99"));
    m_curveDetail->setText(m_table->selectedRuns().isEmpty() ? tr("best runs; select others above")
                                                             : tr("selected runs, first seed"));
    m_bars->setPanels(details.panels);
}

void ComparePage::showDifferences()
{
    const QList<ComparedGroup> groups = shownGroups();
    std::vector<RunSpec> specs;
    QList<ParamDiffTable::Run> runs;
    for (const ComparedGroup& group : groups) {
        specs.push_back(group.spec);
        runs.append({group.row.variant.isEmpty()
                         ? group.row.name
                         : group.row.name + QLatin1Char(' ') + group.row.variant,
                     {}});
    }
    for (const SpecDifference& difference : differences(specs)) {
        if (!difference.changesNumbers) {
            continue;
        }
        for (std::size_t i = 0; i < difference.values.size(); ++i) {
            if (!difference.values[i].empty()) {
                runs[static_cast<qsizetype>(i)].values[shortKey(difference.key)] =
                    shortValue(difference.key, difference.values[i]);
            }
        }
    }
    m_differences->setRuns(runs, {});
}

} // namespace espalier
