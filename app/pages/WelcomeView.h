// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/rows/ModelEntries.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace espalier {

/// First thing in an empty workspace: three experiments on the bundled model, each one click away.
class WelcomeView : public QWidget {
    Q_OBJECT

public:
    explicit WelcomeView(const Context& context, QWidget* parent = nullptr);

    void setModels(const QList<ModelEntry>& models);
    /// The experiment behind a Run button: 0 to 2.
    RunSpec start(int index) const;

Q_SIGNALS:
    void addModelRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeStarts();
    QWidget* makeStart(int index);

    Context m_context;
    ModelEntry m_demo;
    QLabel* m_model;
    QList<QPushButton*> m_runs;
};

} // namespace espalier
