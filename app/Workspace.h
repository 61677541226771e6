// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/bridge/RowsReader.h"
#include "app/bridge/RunFeed.h"
#include "core/jobs/JobQueue.h"
#include "core/method/MethodCatalog.h"
#include "core/run/ModelList.h"
#include "core/store/ExperimentStore.h"

#include <QThreadPool>
#include <QTimer>

namespace espalier {

/// Where the programs and what was installed with them are.
struct Installation {
    Path workerProgram = {}; // espalier-run
    Path demo = {};          // model and texts that come with the program
    std::vector<Path> plugins = {};

    /// Beside the running program.
    static Installation ofThisProgram();
};

/// Store, methods and queue of one workspace folder. A folder that cannot be written, or that
/// another window writes, opens read-only. Whatever waits for a disk runs on a thread of its own.
class Workspace : public QObject {
    Q_OBJECT

public:
    /// Creates the folder when it is missing. Throws Error when there is no way to show it.
    Workspace(const Path& folder, Installation installation, QObject* parent = nullptr);
    ~Workspace() override;

    QString name() const;

    const WorkspaceLayout& layout() const { return m_layout; }

    const Installation& installation() const { return m_installation; }

    const MethodCatalog& methods() const { return m_methods; }

    RowsReader& rows() { return *m_rows; }

    /// Empty: runs can be started.
    const QString& readOnlyReason() const { return m_readOnlyReason; }

    bool isReadOnly() const { return !m_readOnlyReason.isEmpty(); }

    /// Several specs become members of one study. Answers with submitted() or failed().
    void submit(const std::vector<RunSpec>& specs, const QString& studyTitle);
    void stop(qint64 run);
    void pause(qint64 run);
    void resume(qint64 run);
    void retry(qint64 run);
    void remove(qint64 run);
    /// Both wait: `run` takes its place right before `other`.
    void moveBefore(qint64 run, qint64 other);
    void addModel(const ListedModel& model);

    /// Waits until nothing is asked any more; for tests and the end of the program.
    void waitForCommands();

Q_SIGNALS:
    /// Rows of these runs changed; empty: anything may have.
    void runsChanged(const QList<qint64>& ids);
    void submitted(const QList<qint64>& ids);
    void modelsChanged();
    void failed(const QString& message);

private:
    void openStore();
    void command(std::function<void()> action);
    void watchOthers();

    WorkspaceLayout m_layout;
    Installation m_installation;
    MethodCatalog m_methods;
    QString m_readOnlyReason;
    RunFeed m_feed;
    std::unique_ptr<ExperimentStore> m_store;
    std::unique_ptr<JobQueue> m_queue;
    std::unique_ptr<RowsReader> m_rows;
    QThreadPool m_commands; // one thread: commands keep their order
    QTimer m_watch;         // a read-only window sees what the writer does
    qint64 m_changeCounter = 0;
};

} // namespace espalier
