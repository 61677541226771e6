// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace espalier {

/// Below the New run form: what still keeps it from running, and the button that runs it.
class RunFooter : public QWidget {
    Q_OBJECT

public:
    explicit RunFooter(QWidget* parent = nullptr);

    void setIssues(const std::vector<ParamIssue>& issues);
    /// The button says how many runs it starts. `reason`: why it cannot now; empty: it can.
    void setRuns(int count, const QString& reason);

    bool canRun() const;

Q_SIGNALS:
    void runRequested();
    /// The link to the first issue was followed.
    void issueRequested();

private:
    QLabel* m_issueText;
    QPushButton* m_issueLink;
    QPushButton* m_run;
};

} // namespace espalier
