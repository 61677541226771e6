// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/ReportPreview.h"
#include "app/rows/RunList.h"
#include "widgets/form/ParamEditors.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTextBrowser;

namespace espalier {

class EmptyState;

/// Kind of folder that the settings keep for reports.
inline constexpr const char* kReportFolder = "report";

/// Shows results so that others can check them: choose runs, look at the page, export it.
class ReportPage : public QWidget {
    Q_OBJECT

public:
    explicit ReportPage(const Context& context, QWidget* parent = nullptr);

    QList<qint64> chosenRuns() const;

    void setFolderChooser(FileChooser choose) { m_choose = std::move(choose); }

Q_SIGNALS:
    void previewShown();
    void exported(const QStringList& files);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeRuns();
    QWidget* makeExport();
    void showRuns(const QList<ListedRun>& runs);
    void showPreview(const ReportPreview& preview);
    void chooseAll(bool on);
    void updateExport();
    void exportNow();

    Context m_context;
    QListWidget* m_runs = nullptr;
    QStackedWidget* m_stack;
    QTextBrowser* m_page;
    EmptyState* m_empty;
    QLineEdit* m_folder = nullptr;
    QPushButton* m_export = nullptr;
    QPushButton* m_open = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_result = nullptr;
    bool m_isExporting = false;
    FileChooser m_choose;
    RepeatedQuestion m_runQuestion;
    RepeatedQuestion m_previewQuestion;
};

} // namespace espalier
