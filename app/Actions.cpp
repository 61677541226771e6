// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Actions.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>

#include <array>

namespace espalier {

namespace {

constexpr std::array<ActionEntry, 13> kTable{{
    {"app.quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "Ctrl+Q",
     QT_TRANSLATE_NOOP("Actions", "Workspace")},
    {"page.models", QT_TRANSLATE_NOOP("Actions", "Models"), "Ctrl+1",
     QT_TRANSLATE_NOOP("Actions", "View")},
    {"page.newRun", QT_TRANSLATE_NOOP("Actions", "New run"), "Ctrl+2", "View"},
    {"page.queue", QT_TRANSLATE_NOOP("Actions", "Queue"), "Ctrl+3", "View"},
    {"page.compare", QT_TRANSLATE_NOOP("Actions", "Compare"), "Ctrl+4", "View"},
    {"page.report", QT_TRANSLATE_NOOP("Actions", "Report"), "Ctrl+5", "View"},
    {"page.plugins", QT_TRANSLATE_NOOP("Actions", "Plugins"), "Ctrl+6", "View"},
    {"view.runDock", QT_TRANSLATE_NOOP("Actions", "Queue and events below"), "Ctrl+J", "View|",
     true},
    {"view.dark", QT_TRANSLATE_NOOP("Actions", "Dark theme"), "", "View|", true},
    {"run.new", QT_TRANSLATE_NOOP("Actions", "New run"), "Ctrl+N",
     QT_TRANSLATE_NOOP("Actions", "Run")},
    {"run.submit", QT_TRANSLATE_NOOP("Actions", "Run what the form shows"), "Ctrl+Return", "Run"},
    {"run.list", QT_TRANSLATE_NOOP("Actions", "All runs"), "Ctrl+Shift+3", "Run|"},
    {"help.about", QT_TRANSLATE_NOOP("Actions", "About Espalier"), "",
     QT_TRANSLATE_NOOP("Actions", "Help")},
}};

} // namespace

Actions::Actions(QWidget* window)
    : QObject(window)
{
    for (const ActionEntry& entry : kTable) {
        const QString id = QString::fromLatin1(entry.id);
        auto* action = new QAction(tr(entry.title), window);
        action->setObjectName(id);
        action->setShortcut(QKeySequence(QString::fromLatin1(entry.shortcut)));
        action->setCheckable(entry.isCheckable);
        window->addAction(action);
        m_actions.insert(id, action);
        connect(action, &QAction::triggered, this, [this, id] { Q_EMIT triggered(id); });
    }
}

QAction* Actions::operator[](const QString& id) const
{
    QAction* action = m_actions.value(id);
    Q_ASSERT(action != nullptr);
    return action;
}

void Actions::fillMenus(QMenuBar& bar) const
{
    QHash<QString, QMenu*> menus;
    for (const ActionEntry& entry : kTable) {
        QString name = QString::fromLatin1(entry.menu);
        const bool isNewGroup = name.endsWith(QLatin1Char('|'));
        if (isNewGroup) {
            name.chop(1);
        }
        QMenu*& menu = menus[name];
        if (menu == nullptr) {
            menu = bar.addMenu(tr(name.toLatin1().constData()));
        } else if (isNewGroup) {
            menu->addSeparator();
        }
        menu->addAction(m_actions.value(QString::fromLatin1(entry.id)));
    }
}

QString Actions::pageOf(const QString& id)
{
    const QString prefix = QStringLiteral("page.");
    return id.startsWith(prefix) ? id.mid(prefix.size()) : QString();
}

} // namespace espalier
