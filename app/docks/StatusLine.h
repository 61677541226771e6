// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"

#include <QObject>
#include <QTimer>

class QLabel;
class QStatusBar;

namespace espalier {

/// The fixed parts of the status bar: threads, memory, disk, store.
class StatusLine : public QObject {
    Q_OBJECT

public:
    StatusLine(const Context& context, QStatusBar& bar);

private:
    struct Machine {
        qint64 residentBytes = 0;
        qint64 freeBytes = 0;
    };

    QLabel* addPart(const char* name);
    void measure();
    void show(const Machine& machine);

    Context m_context;
    QStatusBar& m_bar;
    QLabel* m_threads;
    QLabel* m_memory;
    QLabel* m_disk;
    QLabel* m_store;
    QTimer m_timer;
};

} // namespace espalier
