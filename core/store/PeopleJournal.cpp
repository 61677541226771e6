// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/PeopleJournal.h"

#include "core/run/Journal.h"
#include "core/run/JsonFields.h"

namespace espalier {

PeopleJournal::PeopleJournal(Database& database, const WorkspaceLayout& layout)
    : m_database(database)
    , m_file(layout.people())
    , m_lines(m_file)
{
}

void PeopleJournal::append(Json line)
{
    line["at"] = nowMs();
    m_lines.append(line);
    m_lines.sync();
}

void PeopleJournal::catchUp()
{
    std::int64_t offset = m_database.integer("SELECT journal_offset FROM people");
    if (offset > m_lines.offset()) {
        offset = 0; // somebody replaced the file: every line sets, none adds, so reading again is
                    // harmless
    }
    JournalReader reader(m_file, offset);
    while (const auto line = reader.next()) {
        if (line->is_object()) {
            take(*line);
        }
    }
    Statement(m_database, "UPDATE people SET journal_offset = ?1").with(reader.offset()).run();
}

void PeopleJournal::startOver()
{
    m_database.execute("UPDATE people SET journal_offset = 0");
}

std::set<RunId> PeopleJournal::removedRuns() const
{
    std::set<RunId> removed;
    JournalReader reader(m_file);
    while (const auto line = reader.next()) {
        if (line->is_object() && textIn(*line, "t") == "removed") {
            removed.insert(RunId{integerIn(*line, "run")});
        }
    }
    return removed;
}

void PeopleJournal::take(const Json& line)
{
    const std::int64_t run = integerIn(line, "run");
    const std::string kind = textIn(line, "t");
    if (kind == "tags") {
        setTags(run, line.value("tags", Json::array()));
    } else if (kind == "note") {
        Statement(m_database, "UPDATE runs SET note = ?2 WHERE id = ?1")
            .with(run, std::string_view(textIn(line, "note")))
            .run();
    } else if (kind == "order") {
        const Json order = line.value("order", Json(0.0));
        Statement(m_database, "UPDATE runs SET queue_order = ?2, priority = ?3 WHERE id = ?1")
            .with(run, order.is_number() ? order.get<double>() : 0.0, integerIn(line, "priority"))
            .run();
    } else if (kind == "removed") {
        deleteRows(m_database, run);
    }
}

void PeopleJournal::setTags(std::int64_t run, const Json& tags)
{
    Statement(m_database, "DELETE FROM tags WHERE run = ?1").with(run).run();
    Statement add(m_database,
                  "INSERT INTO tags SELECT id, ?2, ?3 FROM runs WHERE id = ?1"); // no row, no tag
    std::set<std::string> seen;
    for (const Json& tag : tags) {
        if (tag.is_string() && seen.insert(tag.get<std::string>()).second) {
            add.with(run, static_cast<std::int64_t>(seen.size()),
                     std::string_view(tag.get<std::string>()))
                .run();
        }
    }
}

void deleteRows(Database& database, std::int64_t run)
{
    Statement(database, "DELETE FROM runs WHERE id = ?1").with(run).run();
    database.execute("DELETE FROM experiments WHERE name NOT IN (SELECT experiment FROM runs)");
}

} // namespace espalier
