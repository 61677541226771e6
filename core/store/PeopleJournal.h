// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/JsonLines.h"
#include "core/store/Database.h"
#include "core/store/ExperimentStore.h"

#include <set>

namespace espalier {

/// workspace.jsonl: what people add to runs, and which runs they removed. Kinds ("t"): tags {run,
/// tags}, note {run, note}, order {run, order, priority}, removed {run}; each with "at".
class PeopleJournal {
public:
    PeopleJournal(Database& database, const WorkspaceLayout& layout);

    /// Any thread. The line is on disk when this returns; catchUp() makes rows of it.
    void append(Json line);

    /// Writer thread: makes rows of the lines that have none yet.
    void catchUp();
    /// Writer thread: the next catchUp() begins at the first line.
    void startOver();

    /// Every run that was removed, since the beginning: their ids are not used again.
    std::set<RunId> removedRuns() const;

private:
    void take(const Json& line);
    void setTags(std::int64_t run, const Json& tags);

    Database& m_database;
    Path m_file;
    JsonLineWriter m_lines;
};

/// Writer thread: the rows of a run, and its experiment when that was its last run.
void deleteRows(Database& database, std::int64_t run);

} // namespace espalier
