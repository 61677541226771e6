// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Workspace.h"

#include "app/Text.h"
#include "core/base/FolderPath.h"
#include "core/store/StoreReader.h"

#include <QCoreApplication>
#include <QDir>
#include <QProcessEnvironment>
#include <QThread>

namespace espalier {

namespace {

constexpr int kWatchMs = 1000;
constexpr int kAskAgainMs = 50;
constexpr int kMostAsks = 200; // 10 s: a worker that leaves has a large model to give back

/// A run that has just ended still has its worker for a moment, and the queue does not hear until
/// that is gone: asks again until the run's journal tells that it was heard.
void askUntilHeard(const Path& journal, const std::function<void()>& ask)
{
    std::error_code ignored;
    const auto before = std::filesystem::file_size(journal, ignored);
    for (int asked = 1;; ++asked) {
        try {
            ask();
        } catch (const Error&) {
            if (asked == kMostAsks) {
                throw;
            }
        }
        if (asked == kMostAsks || std::filesystem::file_size(journal, ignored) != before) {
            return;
        }
        QThread::msleep(kAskAgainMs);
    }
}

bool isHeld(RunStatus status)
{
    return status == RunStatus::Paused || status == RunStatus::Interrupted;
}

} // namespace

Installation Installation::ofThisProgram()
{
    const Path programs = toPath(QCoreApplication::applicationDirPath());
    std::vector<Path> extra;
    for (const QString& folder :
         qEnvironmentVariable("ESPALIER_PLUGIN_PATH").split(QLatin1Char(':'), Qt::SkipEmptyParts)) {
        extra.push_back(toPath(folder));
    }
    return {.workerProgram = programs / "espalier-run",
            .demo = programs.parent_path() / "share" / "espalier" / "demo",
            .plugins = pluginFolders(extra)};
}

Workspace::Workspace(const Path& folder, Installation installation, QObject* parent)
    : QObject(parent)
    , m_layout{std::filesystem::absolute(folder).lexically_normal()}
    , m_installation(std::move(installation))
    , m_methods(m_installation.plugins)
{
    m_commands.setMaxThreadCount(1);
    connect(&m_feed, &RunFeed::runsChanged, this, &Workspace::runsChanged);
    openStore();
    m_rows = std::make_unique<RowsReader>(m_layout.folder);
    connect(m_rows.get(), &RowsReader::failed, this, &Workspace::failed);
    if (isReadOnly()) {
        connect(&m_watch, &QTimer::timeout, this, &Workspace::watchOthers);
        m_watch.start(kWatchMs);
    }
}

Workspace::~Workspace()
{
    waitForCommands();
}

void Workspace::openStore()
{
    // Second writer and read-only folder are refused by the store in words; the rows stay readable.
    try {
        m_store = std::make_unique<ExperimentStore>(m_layout.folder);
    } catch (const Error& error) {
        const bool isRefused =
            error.code() == ErrorCode::InvalidInput || error.code() == ErrorCode::Io;
        if (!isRefused || !std::filesystem::exists(m_layout.database())) {
            throw;
        }
        m_readOnlyReason = fromUtf8(error.what());
        return;
    }
    m_queue = std::make_unique<JobQueue>(*m_store, m_methods, m_feed,
                                         QueueOptions{.runner = RunnerKind::Process,
                                                      .workerProgram = m_installation.workerProgram,
                                                      .builtinData = m_installation.demo,
                                                      .pluginFolders = m_installation.plugins});
}

QString Workspace::name() const
{
    return fromUtf8(folderName(m_layout.folder));
}

void Workspace::command(std::function<void()> action)
{
    if (isReadOnly()) {
        Q_EMIT failed(tr("This workspace is read-only: %1").arg(m_readOnlyReason));
        return;
    }
    m_commands.start([this, action = std::move(action)] {
        // A thread's end is a border: the error becomes a message of the window.
        try {
            action();
        } catch (const Error& error) {
            Q_EMIT failed(fromUtf8(error.what()));
        }
    });
}

void Workspace::submit(const std::vector<RunSpec>& specs, const QString& studyTitle)
{
    command([this, specs, title = toUtf8(studyTitle)] {
        RunId study = RunId::None;
        if (specs.size() > 1) {
            study = m_queue->submitStudy(title, specs.front().experiment);
        }
        QList<qint64> ids;
        for (const RunSpec& spec : specs) {
            ids.append(numberOf(m_queue->submit(spec, study)));
        }
        Q_EMIT submitted(ids);
    });
}

void Workspace::stop(qint64 run)
{
    command([this, run] {
        const auto record = StoreReader(m_layout.folder).run(runOf(run));
        if (record && isHeld(record->status)) {
            // The queue stops what waits or works, so that is what it becomes first.
            askUntilHeard(m_layout.journal(runOf(run)),
                          [this, run] { m_queue->resume(runOf(run)); });
        }
        m_queue->stop(runOf(run));
    });
}

void Workspace::pause(qint64 run)
{
    command([this, run] { m_queue->pause(runOf(run)); });
}

void Workspace::resume(qint64 run)
{
    command([this, run] {
        const auto record = StoreReader(m_layout.folder).run(runOf(run));
        if (record && (isHeld(record->status) || isFinal(record->status))) {
            askUntilHeard(m_layout.journal(runOf(run)),
                          [this, run] { m_queue->resume(runOf(run)); });
        }
    });
}

void Workspace::moveBefore(qint64 run, qint64 other)
{
    command([this, run, other] {
        m_queue->place(runOf(run), {.where = Position::Where::Before, .before = runOf(other)});
    });
}

void Workspace::retry(qint64 run)
{
    command([this, run] {
        const auto record = StoreReader(m_layout.folder).run(runOf(run));
        if (record && isFinal(record->status)) {
            askUntilHeard(m_layout.journal(runOf(run)),
                          [this, run] { m_queue->retry(runOf(run)); });
        }
    });
}

void Workspace::remove(qint64 run)
{
    command([this, run] {
        m_store->removeRun(runOf(run));
        Q_EMIT runsChanged({});
    });
}

void Workspace::addModel(const ListedModel& model)
{
    command([this, model] {
        espalier::addModel(m_layout.models(), model);
        Q_EMIT modelsChanged();
    });
}

void Workspace::waitForCommands()
{
    m_commands.waitForDone();
}

void Workspace::watchOthers()
{
    m_rows->ask(
        this, [](const StoreReader& store) { return store.changeCounter(); },
        [this](std::int64_t counter) {
            if (counter != m_changeCounter) {
                m_changeCounter = counter;
                Q_EMIT runsChanged({});
            }
        });
}

} // namespace espalier
