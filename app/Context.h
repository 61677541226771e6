// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunSpec.h"

#include <QObject>

namespace espalier {

class SelectionModel;
class Settings;
class Workspace;

/// How a page asks the window for something: another page, a message in the status bar.
class Navigator : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

Q_SIGNALS:
    void pageRequested(const QString& id);
    /// Opens the run in the queue page.
    void runRequested(qint64 id);
    void messageShown(const QString& text);
};

/// What every page is given. All outlive the pages.
struct Context {
    Workspace& workspace;
    SelectionModel& selection;
    Settings& settings;
    Navigator& navigator;
};

} // namespace espalier
