// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Actions.h"
#include "app/Context.h"
#include "app/SelectionModel.h"

#include <QHash>
#include <QMainWindow>

class QLabel;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace espalier {

class MethodPage;
class RunDock;

/// Rail, pages, run dock and status bar around one workspace.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    MainWindow(Workspace& workspace, Settings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    void showPage(const QString& id);
    void openRun(qint64 id);
    QString currentPage() const;

    SelectionModel& selection() { return m_selection; }

Q_SIGNALS:
    void themeRequested(const QString& theme);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void addPage(const QString& id, QWidget* page);
    void makeToolBar();
    void makeRail();
    void makeCentre();
    void connectAll();
    void trigger(const QString& action);
    void showBadge(int active);
    void updateTitle();
    void about();
    void restore();
    void polish();
    void colourRail(const QString& current);

    Workspace& m_workspace;
    Settings& m_settings;
    SelectionModel m_selection;
    Navigator m_navigator;
    Context m_context;
    Actions m_actions;
    QStackedWidget* m_pages;
    MethodPage* m_newRun = nullptr;
    RunDock* m_runDock = nullptr;
    QPushButton* m_newRunButton = nullptr;
    QHash<QString, QToolButton*> m_rail;
};

} // namespace espalier
