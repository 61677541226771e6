// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

#include <QTableWidget>

namespace espalier {

/// What differs between runs, and only that: one row a parameter, one column a run. Absent is a
/// dash.
class ParamDiffTable : public QTableWidget {
    Q_OBJECT

public:
    struct Run {
        QString name;
        ParamValues values;
    };

    explicit ParamDiffTable(QWidget* parent = nullptr);

    /// `schema` gives labels; keys it does not know are shown as they are.
    void setRuns(const QList<Run>& runs, const ParamSchema& schema);

private:
    void addRow(const QString& label, const QList<Run>& runs, const std::string& key);
};

} // namespace espalier
