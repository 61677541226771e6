// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/tables/RunTableModel.h"

#include <QTableView>

namespace espalier {

/// The table of runs. Actions that the window adds with addAction() become its context menu.
class RunTableView : public QTableView {
    Q_OBJECT

public:
    explicit RunTableView(QWidget* parent = nullptr);

    RunTableModel& runs() { return m_model; }

    QList<qint64> selectedRuns() const;
    void selectRuns(const QList<qint64>& ids);
    /// Selected rows with a header, tab-separated, numbers plain.
    QString selectionText() const;

Q_SIGNALS:
    void selectedRunsChanged(const QList<qint64>& ids);
    void runActivated(qint64 id);
    void runHovered(qint64 id); // 0: none

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void fitSizes();
    void fitColumns();

    RunTableModel m_model;
};

} // namespace espalier
