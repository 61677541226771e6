// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/run/RunRecord.h"

#include <memory>
#include <string_view>
#include <vector>

namespace espalier {

/// The files of a workspace folder.
struct WorkspaceLayout {
    Path folder;

    Path database() const { return folder / "espalier.db"; }

    Path lockFile() const { return folder / "writer.lock"; }

    Path models() const { return folder / "models.yaml"; }

    Path people() const { return folder / "workspace.jsonl"; } // tags, notes, order

    Path run(RunId id) const { return folder / "runs" / toText(id); }

    Path journal(RunId id) const { return run(id) / "journal.jsonl"; }
};

/// The only writer of a workspace's database. One per workspace: the second is refused in words,
/// across processes too. All writing happens on one thread of its own, in batches; calls return at
/// once unless they say otherwise. Rows about runs come from journals alone: who wants a row writes
/// the journal and calls ingest().
class ESPALIER_API ExperimentStore {
public:
    /// Opens or creates the workspace; copies the database aside and migrates an older one; reads
    /// what journals have gained meanwhile. No status changes: what was running is left to the
    /// queue. Throws: a newer store (Unsupported, both versions), a damaged one (Corrupt), a
    /// read-only folder (Io), a second writer (InvalidInput).
    explicit ExperimentStore(const Path& workspace);
    ~ExperimentStore();
    ExperimentStore(const ExperimentStore&) = delete;
    ExperimentStore& operator=(const ExperimentStore&) = delete;

    const WorkspaceLayout& layout() const;

    /// Reserves the next id, makes the run's folder, writes the first journal lines (created,
    /// waiting) and the row. Waits until the row is on disk.
    RunId createRun(const RunSpec& spec, std::int64_t methodVersion, RunId parent = RunId::None);
    /// A parent run that only holds members together.
    RunId createStudy(std::string_view title, std::string_view experiment);

    /// Reads what the run's journal has gained since the last call and makes rows of it. Only whole
    /// lines count. When the journal was cut (a resume), all rows of the run are made anew.
    void ingest(RunId run);
    /// Appends a status line to the journal (for runs that no worker holds) and ingests.
    void setStatus(RunId run, RunStatus status, const std::optional<Failure>& failure = {});

    /// What people add: kept in workspace.jsonl as well.
    void setTags(RunId run, const std::vector<std::string>& tags);
    void setNote(RunId run, std::string_view note);
    void setOrder(RunId run, double order, std::int64_t priority);

    /// Removes rows and folder of a finished run, or of a study without members. Its id is not used
    /// again. Waits.
    void removeRun(RunId run);

    /// Drops every row and reads all journals and workspace.jsonl again. Waits.
    void rebuild();
    /// Waits until everything asked so far is on disk; throws the first failure since the last
    /// flush.
    void flush();

private:
    struct Writer;
    std::unique_ptr<Writer> m_writer;
};

/// Makes the database anew from all journals and workspace.jsonl, also when it is damaged or
/// missing: a damaged one is kept beside it as espalier.db.damaged. Throws like the constructor
/// otherwise.
ESPALIER_API void rebuildStore(const Path& workspace);

/// integrity_check, foreign keys, the schema version, and rows without journals; a sentence per
/// finding.
ESPALIER_API std::vector<std::string> checkStore(const Path& workspace);

} // namespace espalier
