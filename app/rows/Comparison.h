// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"
#include "widgets/plots/ParetoPlot.h"
#include "widgets/plots/SparsityBars.h"
#include "widgets/tables/RunTableModel.h"

#include <map>

namespace espalier {

/// Runs that differ by their seed only.
struct ComparedGroup {
    QList<qint64> ids = {};
    RunRow row = {};
    RunSpec spec = {};                                      // of the first member
    std::map<std::string, std::vector<double>> values = {}; // one a member; NaN: none

    double mean(const std::string& series) const;
    double deviation(const std::string& series) const; // 0: less than two
};

/// All finished runs of the workspace, ready for table and plots.
struct Comparison {
    QList<ComparedGroup> groups = {};
    QList<RunColumn> columns = {};
    std::string quality =
        {}; // the series that stands for quality: perplexity of the first data set
    QString qualityTitle = {};
    QString dataNote = {}; // what a reader must know of the data before quoting; empty: nothing

    const ComparedGroup* groupOf(qint64 id) const;
};

Comparison readComparison(const StoreReader& store, const MethodCatalog& methods);

/// A series that may stand for size.
struct SizeAxis {
    std::string series;
    QString button; // "Bitmask"
    QString title;  // "Size with zeros as a bitmask (MB)"
    double scale = 1.0;
};

/// Those that any of the groups has, the most telling first.
QList<SizeAxis> sizeAxes(const Comparison& comparison);

struct ParetoData {
    QList<ParetoPoint> points = {};
    QList<QPointF> staircase = {};
    int onFront = 0;
};

ParetoData paretoOf(const Comparison& comparison, const SizeAxis& axis);

/// A sentence about the two best at equal size, with its test; empty when there is nothing to say.
QString verdictOf(const Comparison& comparison, const QList<qint64>& selected);

/// Curves of the first members of the selected groups.
struct ComparedCurves {
    QList<Curve> curves = {};
    QString xTitle = {}, yTitle = {};
    bool isLogarithmic = false;
    QStringList choices = {}; // other series that could be shown
    QString shown = {};
};

ComparedCurves readCurves(const StoreReader& store, const QList<ComparedGroup>& groups,
                          const QString& wanted);
QList<BarPanel> readSparsityPanels(const StoreReader& store, const QList<ComparedGroup>& groups);

} // namespace espalier
