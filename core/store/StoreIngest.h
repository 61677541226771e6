// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/Journal.h"
#include "core/store/Database.h"
#include "core/store/ExperimentStore.h"

#include <map>

namespace espalier {

/// Makes rows of journals. Lives on the writer thread, inside its transactions.
class StoreIngest {
public:
    StoreIngest(Database& database, const WorkspaceLayout& layout);

    /// Reads on from the stored offset. Reads everything again when the part before the offset is
    /// no longer what was read: the journal was cut, and may have grown since.
    void ingest(RunId run);

private:
    struct Run {
        std::int64_t id = 0;
        bool known = false; // has a row
        std::int64_t events = 0;
        std::map<std::string, std::int64_t, std::less<>> series = {};
    };

    Run begin(RunId run, const JournalReader& journal, std::int64_t& offset);
    void forget(std::int64_t run);
    void take(Run& run, const Json& line, std::int64_t offset);
    void created(Run& run, const Json& line);
    void status(const Run& run, const Json& line);
    void metric(Run& run, const Json& line);
    void event(Run& run, std::string_view level, std::string_view text, std::int64_t atMs);
    void remember(const Run& run, const JournalReader& journal);

    Database& m_database;
    WorkspaceLayout m_layout;
    Statement m_findRun, m_eventCount, m_seriesOfRun;
    Statement m_addExperiment, m_addRun, m_dropExperiments, m_addModel, m_setStarted, m_setStatus,
        m_setProvenance, m_setOffset;
    Statement m_addSeries, m_addPoint, m_addEvent, m_addArtifact, m_setProgress;
};

/// The ids of the folders in runs/, ascending.
std::vector<RunId> runFolders(const WorkspaceLayout& layout);

} // namespace espalier
