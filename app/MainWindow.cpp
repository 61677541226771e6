// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/MainWindow.h"

#include "app/Workspace.h"
#include "app/docks/RunDock.h"
#include "app/docks/StatusLine.h"
#include "app/pages/ComparePage.h"
#include "app/pages/MethodPage.h"
#include "app/pages/ModelsPage.h"
#include "app/pages/PluginsPage.h"
#include "app/pages/QueuePage.h"
#include "app/pages/ReportPage.h"
#include "app/settings/Settings.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QAction>
#include <QCloseEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kMessageMs = 8000;
constexpr QSize kSmallest{1024, 640};
constexpr QSize kUsual{1440, 900};

} // namespace

MainWindow::MainWindow(Workspace& workspace, Settings& settings, QWidget* parent)
    : QMainWindow(parent)
    , m_workspace(workspace)
    , m_settings(settings)
    , m_context{workspace, m_selection, settings, m_navigator}
    , m_actions(this)
    , m_pages(new QStackedWidget(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setMinimumSize(kSmallest);
    resize(kUsual);
    setWindowIcon(icon(Glyph::Espalier, &PlotTheme::accent));
    m_actions.fillMenus(*menuBar());
    makeToolBar();
    makeRail();
    makeCentre();
    new StatusLine(m_context, *statusBar());
    connectAll();
    restore();
    updateTitle();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeCentre()
{
    addPage(QStringLiteral("models"), new ModelsPage(m_context, this));
    m_newRun = new MethodPage(m_context, this);
    addPage(QStringLiteral("newRun"), m_newRun);
    addPage(QStringLiteral("queue"), new QueuePage(m_context, this));
    addPage(QStringLiteral("compare"), new ComparePage(m_context, this));
    addPage(QStringLiteral("report"), new ReportPage(m_context, this));
    addPage(QStringLiteral("plugins"), new PluginsPage(m_context, this));
    m_runDock = new RunDock(m_context, this);
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_pages, 1);
    column->addWidget(m_runDock);
    setCentralWidget(centre);
}

void MainWindow::addPage(const QString& id, QWidget* page)
{
    Q_ASSERT(page->objectName() == id);
    m_pages->addWidget(page);
    for (QSplitter* splitter : page->findChildren<QSplitter*>()) {
        if (!splitter->objectName().isEmpty()) {
            splitter->restoreState(m_settings.viewState(splitter->objectName()));
        }
    }
}

void MainWindow::connectAll()
{
    connect(&m_actions, &Actions::triggered, this, &MainWindow::trigger);
    connect(&m_navigator, &Navigator::pageRequested, this, &MainWindow::showPage);
    connect(&m_navigator, &Navigator::runRequested, this, &MainWindow::openRun);
    connect(&m_navigator, &Navigator::messageShown, this,
            [this](const QString& text) { statusBar()->showMessage(text, kMessageMs); });
    connect(&m_workspace, &Workspace::failed, this,
            [this](const QString& text) { statusBar()->showMessage(text); });
    connect(m_newRun, &MethodPage::submittableChanged, m_actions[QStringLiteral("run.submit")],
            &QAction::setEnabled);
    connect(m_runDock, &RunDock::openChanged, this, [this](bool open) {
        m_actions[QStringLiteral("view.runDock")]->setChecked(open);
        m_settings.setRunDockOpen(open);
    });
    connect(m_runDock, &RunDock::activeChanged, this, &MainWindow::showBadge);
}

void MainWindow::trigger(const QString& action)
{
    if (const QString page = Actions::pageOf(action); !page.isEmpty()) {
        showPage(page);
    } else if (action == QStringLiteral("run.new")) {
        showPage(QStringLiteral("newRun"));
    } else if (action == QStringLiteral("run.submit")) {
        showPage(QStringLiteral("newRun"));
        m_newRun->submit();
    } else if (action == QStringLiteral("run.list")) {
        openRun(0);
    } else if (action == QStringLiteral("view.runDock")) {
        m_runDock->setOpen(!m_runDock->isOpen());
    } else if (action == QStringLiteral("view.dark")) {
        const QString theme =
            m_actions[action]->isChecked() ? QStringLiteral("dark") : QStringLiteral("light");
        m_settings.setTheme(theme);
        Q_EMIT themeRequested(theme);
    } else if (action == QStringLiteral("help.about")) {
        about();
    } else if (action == QStringLiteral("app.quit")) {
        close();
    }
}

void MainWindow::showPage(const QString& id)
{
    for (int index = 0; index < m_pages->count(); ++index) {
        if (m_pages->widget(index)->objectName() != id) {
            continue;
        }
        m_pages->setCurrentIndex(index);
        m_rail.value(id)->setChecked(true);
        colourRail(id);
        // One filled button in the window: where the page has its own, this one steps back.
        const bool hasOwn = id == QStringLiteral("newRun") || id == QStringLiteral("report") ||
                            id == QStringLiteral("models");
        setRole(m_newRunButton, hasOwn ? "" : "filled");
        m_newRunButton->setIcon(
            icon(Glyph::Plus, hasOwn ? &PlotTheme::text : &PlotTheme::onAccent));
        m_settings.setPage(id);
        m_pages->currentWidget()
            ->setFocus(); // work begins in the page, not at the window's buttons
        QTimer::singleShot(0, this, &MainWindow::polish);
        return;
    }
}

/// The style sheet reaches a page and the rail when they are first shown, and resets their fonts.
void MainWindow::polish()
{
    refreshTextRoles();
    auto* rail = findChild<QToolBar*>(QStringLiteral("rail"));
    setRole(rail, "rail");
    QEvent change(QEvent::StyleChange); // its layout takes margins from the style then only
    QCoreApplication::sendEvent(rail, &change);
}

void MainWindow::openRun(qint64 id)
{
    m_selection.setOpenRun(id);
    showPage(QStringLiteral("queue"));
}

QString MainWindow::currentPage() const
{
    return m_pages->currentWidget()->objectName();
}

void MainWindow::showBadge(int active)
{
    QToolButton* button = m_rail.value(QStringLiteral("queue"));
    const QString text = m_actions[QStringLiteral("page.queue")]->text();
    button->setText(active > 0 ? QStringLiteral("%1 (%2)").arg(text).arg(active) : text);
    updateTitle();
}

void MainWindow::updateTitle()
{
    QString title = QStringLiteral("%1 - Espalier").arg(m_workspace.name());
    if (const auto& active = m_runDock->active(); !active.isEmpty() &&
                                                  active.first().status == RunStatus::Running &&
                                                  active.first().share() >= 0) {
        title = QStringLiteral("%1 % - %2").arg(qRound(active.first().share() * 100)).arg(title);
    }
    setWindowTitle(title);
}

void MainWindow::about()
{
    QMessageBox::about(this, tr("About Espalier"),
                       tr("<b>Espalier</b><p>Makes language models smaller, and measures what it "
                          "costs.</p><p>Licence: GPL-3.0-or-later.</p>"));
}

void MainWindow::restore()
{
    restoreGeometry(m_settings.windowGeometry());
    m_runDock->setOpen(m_settings.isRunDockOpen());
    m_actions[QStringLiteral("view.dark")]->setChecked(m_settings.theme() ==
                                                       QStringLiteral("dark"));
    showPage(QStringLiteral("models"));
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_settings.setWindowGeometry(saveGeometry());
    for (QSplitter* splitter : findChildren<QSplitter*>()) {
        if (!splitter->objectName().isEmpty()) {
            m_settings.setViewState(splitter->objectName(), splitter->saveState());
        }
    }
    QMainWindow::closeEvent(event);
}

} // namespace espalier
