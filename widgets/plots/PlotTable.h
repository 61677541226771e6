// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace espalier {

/// What a plot shows, as rows of text with plain numbers: for the clipboard and for people who
/// cannot see it.
struct PlotTable {
    QStringList columns;
    QList<QStringList> rows;

    /// Tab-separated, header first.
    QString text() const
    {
        QString all = columns.join(QLatin1Char('\t')) + QLatin1Char('\n');
        for (const QStringList& row : rows) {
            all += row.join(QLatin1Char('\t')) + QLatin1Char('\n');
        }
        return all;
    }
};

/// One point of a plot, for crosshair and keyboard.
struct PlotPoint {
    QString id;    // of the series or run
    QString label; // as shown
    int index = 0; // within the series
    double x = 0.0;
    double y = 0.0;
};

} // namespace espalier
