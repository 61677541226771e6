// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/ExperimentStore.h"

#include "core/base/Error.h"
#include "core/run/Journal.h"
#include "core/run/ProcessWords.h"
#include "core/store/Migrations.h"
#include "core/store/PeopleJournal.h"
#include "core/store/StoreIngest.h"
#include "core/store/WriterLock.h"
#include "core/store/WriterThread.h"

#include <algorithm>

namespace espalier {

namespace {

Path madeFolder(const Path& workspace)
{
    makeFolder(workspace);
    return workspace;
}

void prepare(Database& database)
{
    migrate(database);
    database.execute("PRAGMA journal_mode = WAL");
    const auto damages = damagesOf(database, CheckDepth::Quick);
    if (!damages.empty()) {
        throw Error(ErrorCode::Corrupt,
                    damages.front() + " Run \"espalier-run store rebuild\" on " +
                        database.file().parent_path().string() +
                        ": it makes the database anew from the journals of the runs.");
    }
}

void removeFolder(const Path& folder)
{
    std::error_code reason;
    std::filesystem::remove_all(folder, reason);
    if (reason) {
        throw Error(ErrorCode::Io, "The run is removed, but its folder " + folder.string() +
                                       " is not: " + reason.message() +
                                       ". It is tried again when the workspace is opened.");
    }
}

} // namespace

/// The members are made in this order and die in the other: the thread goes first.
struct ExperimentStore::Writer {
    explicit Writer(const Path& workspace)
        : layout{madeFolder(workspace)}
        , lock(layout.lockFile())
        , database(layout.database(), DatabaseAccess::Write)
        , prepared((prepare(database), true))
        , ingest(database, layout)
        , people(database, layout)
        , thread(database)
    {
        thread.wait([this] { readEverything(); });
        const std::int64_t newest = std::max(newestOf(runFolders(layout)), newestRow);
        const auto removed = people.removedRuns();
        nextId =
            std::max(newest, removed.empty() ? 0 : static_cast<std::int64_t>(*removed.rbegin())) +
            1;
    }

    static std::int64_t newestOf(const std::vector<RunId>& runs)
    {
        return runs.empty() ? 0 : static_cast<std::int64_t>(runs.back());
    }

    /// Writer thread. A removed run whose folder survived a crash is removed now.
    void readEverything()
    {
        const auto removed = people.removedRuns();
        for (const RunId run : runFolders(layout)) {
            if (removed.contains(run)) {
                removeFolder(layout.run(run));
            } else if (std::filesystem::exists(layout.journal(run))) {
                ingest.ingest(run);
            }
        }
        people.catchUp();
        newestRow = database.integer("SELECT coalesce(max(id), 0) FROM runs");
    }

    void post(RunId run)
    {
        {
            const std::lock_guard guard(mutex);
            if (!asked.insert(run).second) {
                return; // it waits already, and will read to the journal's end
            }
        }
        thread.post([this, run] {
            {
                const std::lock_guard guard(mutex);
                asked.erase(run);
            }
            ingest.ingest(run);
        });
    }

    void addPeoplesLine(Json line)
    {
        people.append(std::move(line));
        thread.post([this] { people.catchUp(); });
    }

    RunId create(const RunSpec& spec, std::int64_t methodVersion, RunId parent, bool isStudy)
    {
        const RunId id = makeRunFolder();
        try {
            JournalWriter journal(layout.journal(id));
            journal.created(id, parent, isStudy, spec, methodVersion, processWords());
            journal.status(RunStatus::Waiting);
            journal.sync();
            syncFolder(layout.run(id));
            thread.wait([this, id] { ingest.ingest(id); });
        } catch (const Error&) {
            std::error_code ignored; // the reason why there is no run matters more
            std::filesystem::remove_all(layout.run(id), ignored);
            throw;
        }
        return id;
    }

    RunId makeRunFolder()
    {
        makeFolder(layout.folder / "runs");
        const std::lock_guard guard(mutex);
        for (;;) {
            const RunId id{nextId++};
            std::error_code reason;
            if (std::filesystem::create_directory(layout.run(id), reason)) {
                return id;
            }
            if (reason) {
                throw Error(ErrorCode::Io, "Cannot create the folder " + layout.run(id).string() +
                                               ": " + reason.message() + ".");
            }
        }
    }

    /// Writer thread.
    void refuseUnlessFinished(RunId run)
    {
        Statement find(database,
                       "SELECT status, is_study, EXISTS (SELECT 1 FROM runs WHERE parent = ?1) "
                       "FROM runs WHERE id = ?1");
        if (!find.with(static_cast<std::int64_t>(run)).step()) {
            throw Error(ErrorCode::NotFound,
                        "There is no run " + toText(run) + " in this workspace.");
        }
        if (find.integer(2) != 0) {
            throw Error(ErrorCode::InvalidInput,
                        "The study " + toText(run) + " still has members; remove those first.");
        }
        const auto status = runStatusFromName(find.text(0));
        const bool finished = status && (isFinal(*status) || *status == RunStatus::Interrupted);
        if (!finished && find.integer(1) == 0) {
            throw Error(ErrorCode::InvalidInput, "The run " + toText(run) + " is " + find.text(0) +
                                                     "; stop it before it is removed.");
        }
    }

    /// Writer thread.
    void rebuild()
    {
        for (const char* table : {"runs", "experiments"}) { // all else belongs to runs
            database.execute(("DELETE FROM " + std::string(table)).c_str());
        }
        people.startOver();
        readEverything();
    }

    WorkspaceLayout layout;
    WriterLock lock;
    Database database;
    bool prepared;
    StoreIngest ingest;
    PeopleJournal people;
    std::mutex mutex = {};
    std::set<RunId> asked = {}; // ingests that wait
    std::int64_t nextId = 1;
    std::int64_t newestRow = 0;
    WriterThread thread;
};

ExperimentStore::ExperimentStore(const Path& workspace)
    : m_writer(std::make_unique<Writer>(workspace))
{
}

ExperimentStore::~ExperimentStore() = default;

const WorkspaceLayout& ExperimentStore::layout() const
{
    return m_writer->layout;
}

RunId ExperimentStore::createRun(const RunSpec& spec, std::int64_t methodVersion, RunId parent)
{
    return m_writer->create(spec, methodVersion, parent, false);
}

RunId ExperimentStore::createStudy(std::string_view title, std::string_view experiment)
{
    const RunSpec spec{.title = std::string(title), .experiment = std::string(experiment)};
    return m_writer->create(spec, 0, RunId::None, true);
}

void ExperimentStore::ingest(RunId run)
{
    m_writer->post(run);
}

void ExperimentStore::setStatus(RunId run, RunStatus status, const std::optional<Failure>& failure)
{
    {
        JournalWriter journal(m_writer->layout.journal(run));
        journal.status(status, failure);
        journal.sync();
    }
    m_writer->post(run);
}

void ExperimentStore::setTags(RunId run, const std::vector<std::string>& tags)
{
    m_writer->addPeoplesLine(
        {{"t", "tags"}, {"run", static_cast<std::int64_t>(run)}, {"tags", tags}});
}

void ExperimentStore::setNote(RunId run, std::string_view note)
{
    m_writer->addPeoplesLine(
        {{"t", "note"}, {"run", static_cast<std::int64_t>(run)}, {"note", note}});
}

void ExperimentStore::setOrder(RunId run, double order, std::int64_t priority)
{
    m_writer->addPeoplesLine({{"t", "order"},
                              {"run", static_cast<std::int64_t>(run)},
                              {"order", order},
                              {"priority", priority}});
}

void ExperimentStore::removeRun(RunId run)
{
    m_writer->thread.wait([this, run] {
        m_writer->refuseUnlessFinished(run);
        m_writer->people.append({{"t", "removed"}, {"run", static_cast<std::int64_t>(run)}});
        m_writer->people.catchUp();
    });
    removeFolder(m_writer->layout.run(run));
}

void ExperimentStore::rebuild()
{
    m_writer->thread.wait([this] { m_writer->rebuild(); });
}

void ExperimentStore::flush()
{
    m_writer->thread.flush();
}

} // namespace espalier
