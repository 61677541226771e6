// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/StoreIngest.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/run/JsonFields.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kSeriesPerRun = 1048576; // see metric_series in migrations/0001_initial.sql
constexpr std::size_t kTailBytes = 256; // lines carry times, so these are never alike by chance

std::string tailOf(const JournalReader& journal, std::int64_t offset)
{
    return sha256Of(journal.before(offset, kTailBytes));
}

} // namespace

StoreIngest::StoreIngest(Database& database, const WorkspaceLayout& layout)
    : m_database(database)
    , m_layout(layout)
    , m_findRun(database, "SELECT journal_offset, journal_tail FROM runs WHERE id = ?1")
    , m_eventCount(database, "SELECT coalesce(max(number), 0) FROM events WHERE run = ?1")
    , m_seriesOfRun(database, "SELECT name, id FROM metric_series WHERE run = ?1")
    , m_addExperiment(database, "INSERT INTO experiments VALUES (?1) ON CONFLICT DO NOTHING")
    , m_addRun(database,
               "INSERT INTO runs (id, parent, experiment, title, method, method_version, is_study, "
               "spec_json, "
               "fingerprint, status, created_ms, priority) "
               "VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', ?10, ?11) "
               "ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, experiment = "
               "excluded.experiment, "
               "title = excluded.title, method = excluded.method, method_version = "
               "excluded.method_version, "
               "is_study = excluded.is_study, spec_json = excluded.spec_json, fingerprint = "
               "excluded.fingerprint, "
               "status = excluded.status, failure_json = NULL, provenance_json = '{}', "
               "created_ms = excluded.created_ms, started_ms = 0, ended_ms = 0")
    , m_dropExperiments(database,
                        "DELETE FROM experiments WHERE name NOT IN (SELECT experiment FROM runs)")
    , m_addModel(database, "INSERT INTO models VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
    , m_setStarted(database, "UPDATE runs SET started_ms = ?2 WHERE id = ?1 AND started_ms = 0")
    , m_setStatus(
          database,
          "UPDATE runs SET status = ?2, ended_ms = ?3, failure_json = nullif(?4, '') WHERE id = ?1")
    , m_setProvenance(database, "UPDATE runs SET provenance_json = ?2 WHERE id = ?1")
    , m_setOffset(database, "UPDATE runs SET journal_offset = ?2, journal_tail = ?3 WHERE id = ?1")
    , m_addSeries(database, "INSERT INTO metric_series VALUES (?1, ?2, ?3, ?4)")
    , m_addPoint(database, "INSERT OR REPLACE INTO metric_points VALUES (?1, ?2, ?3, ?4)")
    , m_addEvent(database, "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5)")
    , m_addArtifact(database, "INSERT OR REPLACE INTO artifacts VALUES (?1, ?2, ?3, ?4, ?5)")
    , m_setProgress(database, "INSERT OR REPLACE INTO progress VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
{
}

void StoreIngest::ingest(RunId id)
{
    const Path file = m_layout.journal(id);
    std::int64_t offset = 0;
    Run run = begin(id, JournalReader(file), offset);
    JournalReader journal(file, offset);
    while (const auto line = journal.next()) {
        take(run, *line, journal.offset());
    }
    if (run.known && journal.offset() != offset) {
        remember(run, journal);
        m_dropExperiments.with().run(); // a replaced journal may name another one
    }
}

StoreIngest::Run StoreIngest::begin(RunId id, const JournalReader& journal, std::int64_t& offset)
{
    Run run{.id = static_cast<std::int64_t>(id)};
    m_findRun.with(run.id);
    run.known = m_findRun.step();
    const std::string tail = run.known ? m_findRun.text(1) : "";
    offset = run.known ? m_findRun.integer(0) : 0;
    m_findRun.reset();
    if (offset > journal.size() || (offset > 0 && tailOf(journal, offset) != tail)) {
        forget(run.id);
        offset = 0;
    }
    m_eventCount.with(run.id);
    run.events = m_eventCount.step() ? m_eventCount.integer(0) : 0;
    m_eventCount.reset();
    m_seriesOfRun.with(run.id);
    while (m_seriesOfRun.step()) {
        run.series.emplace(m_seriesOfRun.text(0), m_seriesOfRun.integer(1));
    }
    m_seriesOfRun.reset();
    return run;
}

/// What the journal said; what people added stays.
void StoreIngest::forget(std::int64_t run)
{
    for (const char* sql :
         {"DELETE FROM metric_series WHERE run = ?1", "DELETE FROM artifacts WHERE run = ?1",
          "DELETE FROM models WHERE run = ?1", "DELETE FROM events WHERE run = ?1",
          "DELETE FROM progress WHERE run = ?1"}) {
        Statement(m_database, sql).with(run).run();
    }
}

void StoreIngest::take(Run& run, const Json& line, std::int64_t offset)
{
    const std::string kind = line.is_object() ? textIn(line, "t") : std::string();
    if (kind == "created") {
        created(run, line);
    }
    if (!run.known) {
        return;
    }
    if (!line.is_object()) {
        event(run, nameOf(EventLevel::Warning),
              "The journal's line that ends at byte " + std::to_string(offset) +
                  " cannot be read and was left out.",
              0);
    } else if (kind == "status") {
        status(run, line);
    } else if (kind == "metric") {
        metric(run, line);
    } else if (kind == "event") {
        event(run, nameOf(eventLevelFromName(textIn(line, "level"))), textIn(line, "text"),
              integerIn(line, "at"));
    } else if (kind == "provenance") {
        m_setProvenance
            .with(run.id, std::string_view(compactText(line.value("value", Json::object()))))
            .run();
    } else if (kind == "progress") {
        const RunProgress p = progressFromJson(line);
        m_setProgress
            .with(run.id, std::string_view(p.stage), std::string_view(p.label), p.done, p.total,
                  p.atMs, p.secondsLeft)
            .run();
    } else if (kind == "artifact") {
        const Artifact a = artifactFromJson(line);
        m_addArtifact
            .with(run.id, std::string_view(a.path), std::string_view(a.kind),
                  std::string_view(a.sha256), a.bytes)
            .run();
    }
}

void StoreIngest::created(Run& run, const Json& line)
{
    RunSpec spec;
    try {
        spec = runSpecFromJson(line.value("spec", Json::object()));
    } catch (const Error&) {
        return; // one unreadable run must not close the whole workspace; checkStore() names its
                // folder
    }
    const std::string text = compactText(toJson(spec));
    const std::string print = fingerprint(spec);
    m_addExperiment.with(std::string_view(spec.experiment)).run();
    m_addRun
        .with(run.id, integerIn(line, "parent"), std::string_view(spec.experiment),
              std::string_view(spec.title), std::string_view(spec.method),
              integerIn(line, "method_version"),
              std::int64_t{line.value("study", Json()) == Json(true)}, std::string_view(text),
              std::string_view(print), integerIn(line, "at"), spec.priority)
        .run();
    if (!spec.model.empty()) {
        m_addModel.with(run.id, std::string_view("model"), std::string_view(spec.model)).run();
    }
    if (!spec.teacher.empty()) {
        m_addModel.with(run.id, std::string_view("teacher"), std::string_view(spec.teacher)).run();
    }
    const Json provenance = submissionIn(line);
    if (!provenance.empty()) {
        m_setProvenance.with(run.id, std::string_view(compactText(provenance))).run();
    }
    run.known = true;
}

void StoreIngest::status(const Run& run, const Json& line)
{
    const auto status = runStatusFromName(textIn(line, "status"));
    if (!status) {
        return;
    }
    const std::int64_t at = integerIn(line, "at");
    if (*status == RunStatus::Running) {
        m_setStarted.with(run.id, at).run();
    }
    const bool ended = isFinal(*status) || *status == RunStatus::Interrupted;
    const auto failure = line.find("failure");
    const std::string failureText = failure == line.end() ? "" : compactText(*failure);
    m_setStatus
        .with(run.id, nameOf(*status), ended ? at : std::int64_t{0}, std::string_view(failureText))
        .run();
}

void StoreIngest::metric(Run& run, const Json& line)
{
    const std::string name = textIn(line, "name");
    auto series = run.series.find(name);
    if (series == run.series.end()) {
        const std::int64_t id =
            run.id * kSeriesPerRun + static_cast<std::int64_t>(run.series.size());
        m_addSeries.with(id, run.id, std::string_view(name), std::string_view(textIn(line, "unit")))
            .run();
        series = run.series.emplace(name, id).first;
    }
    const double value = numberFromJson(line.value("value", Json()));
    m_addPoint.with(series->second, integerIn(line, "step"), value, integerIn(line, "at")).run();
}

void StoreIngest::event(Run& run, std::string_view level, std::string_view text, std::int64_t atMs)
{
    m_addEvent.with(run.id, ++run.events, level, text, atMs).run();
}

void StoreIngest::remember(const Run& run, const JournalReader& journal)
{
    const std::string tail = tailOf(journal, journal.offset());
    m_setOffset.with(run.id, journal.offset(), std::string_view(tail)).run();
}

std::vector<RunId> runFolders(const WorkspaceLayout& layout)
{
    std::vector<RunId> found;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(layout.folder / "runs", missing)) {
        const auto id = runIdFromText(entry.path().filename().string());
        if (id && layout.run(*id) == entry.path()) { // "67" beside "0067" is no run of ours
            found.push_back(*id);
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace espalier
