// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/ModelEntries.h"
#include "widgets/form/ParamEditors.h"

#include <QWidget>

class QStackedWidget;
class QTableWidget;

namespace espalier {

class WelcomeView;

/// What models the workspace has. While it has no run, three experiments that are ready to start.
class ModelsPage : public QWidget {
    Q_OBJECT

public:
    explicit ModelsPage(const Context& context, QWidget* parent = nullptr);

    void setFolderChooser(FileChooser choose) { m_choose = std::move(choose); }

private:
    struct Answer {
        QList<ModelEntry> models = {};
        bool hasRuns = false;
    };

    QWidget* makeList();
    void show(const Answer& answer);
    void addModel();

    Context m_context;
    QStackedWidget* m_stack;
    WelcomeView* m_welcome;
    QTableWidget* m_table = nullptr;
    FileChooser m_choose;
    RepeatedQuestion m_question;
};

} // namespace espalier
