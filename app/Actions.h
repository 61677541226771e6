// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QString>

class QAction;
class QMenuBar;
class QWidget;

namespace espalier {

/// One row of the table of commands. The title is a text of the translation context "Actions".
struct ActionEntry {
    const char* id;
    const char* title;
    const char* shortcut; // portable text; empty: none
    const char* menu;     // "Workspace"; "Workspace|" begins a new group
    bool isCheckable = false;
};

/// Every command of the window, made from one table; menus hold all of them.
class Actions : public QObject {
    Q_OBJECT

public:
    explicit Actions(QWidget* window);

    QAction* operator[](const QString& id) const;
    void fillMenus(QMenuBar& bar) const;
    /// "page.compare" to "compare"; empty for other actions.
    static QString pageOf(const QString& id);

Q_SIGNALS:
    void triggered(const QString& id);

private:
    QHash<QString, QAction*> m_actions;
};

} // namespace espalier
