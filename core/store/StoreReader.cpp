// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/StoreReader.h"

#include "core/base/Error.h"
#include "core/store/ExperimentStore.h"
#include "core/store/Migrations.h"

#include <algorithm>

namespace espalier {

namespace {

std::unique_ptr<Database> open(const Path& file)
{
    if (!std::filesystem::exists(file)) {
        throw Error(ErrorCode::NotFound, "There is no workspace in " + file.parent_path().string() +
                                             ": it holds no espalier.db. Choose another folder, or "
                                             "start a run there to make one.");
    }
    auto database = openForReading(file);
    checkVersion(*database);
    return database;
}

std::int64_t number(RunId run)
{
    return static_cast<std::int64_t>(run);
}

} // namespace

struct StoreReader::Connection {
    explicit Connection(const Path& folder)
        : workspace(std::filesystem::absolute(folder).lexically_normal())
        , database(open(WorkspaceLayout{folder}.database()))
    {
    }

    RunRecord record(const Statement& row) const
    {
        RunRecord run{.id = RunId{row.integer(0)},
                      .parent = RunId{row.integer(1)},
                      .spec = runSpecFromJson(parseJson(row.text(2), "runs.spec_json")),
                      .methodVersion = row.integer(3),
                      .isStudy = row.integer(4) != 0,
                      .status = runStatusFromName(row.text(5)).value_or(RunStatus::Interrupted)};
        if (!row.isNull(6)) {
            run.failure = failureFromJson(parseJson(row.text(6), "runs.failure_json"));
        }
        run.provenance = parseJson(row.text(7), "runs.provenance_json");
        run.createdMs = row.integer(8);
        run.startedMs = row.integer(9);
        run.endedMs = row.integer(10);
        run.note = row.text(11);
        run.order = row.real(12);
        run.spec.priority = row.integer(13);
        addProgress(run);
        addArtifacts(run);
        addTags(run);
        return run;
    }

    void addProgress(RunRecord& run) const
    {
        if (m_progress.with(number(run.id)).step()) {
            run.progress = RunProgress{.stage = m_progress.text(0),
                                       .label = m_progress.text(1),
                                       .done = m_progress.integer(2),
                                       .total = m_progress.integer(3),
                                       .atMs = m_progress.integer(4),
                                       .secondsLeft = m_progress.real(5)};
        }
        m_progress.reset();
    }

    void addArtifacts(RunRecord& run) const
    {
        m_artifacts.with(number(run.id));
        while (m_artifacts.step()) {
            run.artifacts.push_back({.kind = m_artifacts.text(1),
                                     .path = m_artifacts.text(0),
                                     .sha256 = m_artifacts.text(2),
                                     .bytes = m_artifacts.integer(3)});
        }
    }

    void addTags(RunRecord& run) const
    {
        m_tags.with(number(run.id));
        while (m_tags.step()) {
            run.tags.push_back(m_tags.text(0));
        }
    }

    /// A zero leaves that condition out.
    std::vector<RunRecord> runs(std::string_view experiment, RunId id, RunId parent) const
    {
        Statement rows(*database, "SELECT id, coalesce(parent, 0), spec_json, method_version, "
                                  "is_study, status, failure_json, "
                                  "provenance_json, created_ms, started_ms, ended_ms, note, "
                                  "queue_order, priority FROM runs "
                                  "WHERE (?1 = '' OR experiment = ?1) AND (?2 = 0 OR id = ?2) AND "
                                  "(?3 = 0 OR parent = ?3) "
                                  "ORDER BY id DESC");
        rows.with(experiment, number(id), number(parent));
        std::vector<RunRecord> found;
        while (rows.step()) {
            found.push_back(record(rows));
        }
        return found;
    }

    std::vector<MetricPoint> points(std::int64_t series) const
    {
        Statement rows(
            *database,
            "SELECT step, value, at_ms FROM metric_points WHERE series = ?1 ORDER BY step");
        rows.with(series);
        std::vector<MetricPoint> found;
        while (rows.step()) {
            found.push_back({rows.integer(0), rows.real(1), rows.integer(2)});
        }
        return found;
    }

    Path workspace;
    std::unique_ptr<Database> database;
    mutable Statement m_progress{
        *database,
        "SELECT stage, label, done, total, at_ms, seconds_left FROM progress WHERE run = ?1"};
    mutable Statement m_artifacts{
        *database, "SELECT path, kind, sha256, bytes FROM artifacts WHERE run = ?1 ORDER BY path"};
    mutable Statement m_tags{*database, "SELECT tag FROM tags WHERE run = ?1 ORDER BY position"};
};

StoreReader::StoreReader(const Path& workspace)
    : m_connection(std::make_unique<Connection>(workspace))
{
}

StoreReader::~StoreReader() = default;
StoreReader::StoreReader(StoreReader&&) noexcept = default;
StoreReader& StoreReader::operator=(StoreReader&&) noexcept = default;

const Path& StoreReader::workspace() const
{
    return m_connection->workspace;
}

std::vector<RunRecord> StoreReader::runs(std::string_view experiment) const
{
    return m_connection->runs(experiment, RunId::None, RunId::None);
}

std::optional<RunRecord> StoreReader::run(RunId id) const
{
    if (id == RunId::None) {
        return {};
    }
    auto found = m_connection->runs({}, id, RunId::None);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<RunRecord> StoreReader::members(RunId study) const
{
    if (study == RunId::None) {
        return {};
    }
    auto found = m_connection->runs({}, RunId::None, study);
    std::ranges::reverse(found);
    return found;
}

std::vector<MetricPoint> StoreReader::series(RunId run, std::string_view name) const
{
    Statement find(*m_connection->database,
                   "SELECT id FROM metric_series WHERE run = ?1 AND name = ?2");
    if (!find.with(number(run), name).step()) {
        return {};
    }
    return m_connection->points(find.integer(0));
}

std::vector<MetricSeries> StoreReader::seriesUnder(RunId run, std::string_view prefix) const
{
    Statement rows(*m_connection->database, "SELECT id, name, unit FROM metric_series WHERE run = "
                                            "?1 AND substr(name, 1, length(?2)) = ?2 "
                                            "ORDER BY name");
    rows.with(number(run), prefix);
    std::vector<MetricSeries> found;
    while (rows.step()) {
        found.push_back({rows.text(1), rows.text(2), m_connection->points(rows.integer(0))});
    }
    return found;
}

std::vector<LastValue> StoreReader::lastValues(const std::vector<RunId>& runs,
                                               std::string_view prefix) const
{
    Json ids = Json::array();
    for (const RunId run : runs) {
        ids.push_back(number(run));
    }
    Statement rows(*m_connection->database,
                   "SELECT run, name, unit, (SELECT value FROM metric_points WHERE series = s.id "
                   "ORDER BY step DESC LIMIT 1) "
                   "FROM metric_series s WHERE run IN (SELECT value FROM json_each(?1)) "
                   "AND substr(name, 1, length(?2)) = ?2 ORDER BY run, name");
    rows.with(std::string_view(compactText(ids)), prefix);
    std::vector<LastValue> found;
    while (rows.step()) {
        found.push_back({RunId{rows.integer(0)}, rows.text(1), rows.text(2), rows.real(3)});
    }
    return found;
}

std::vector<RunEvent> StoreReader::events(RunId run, std::size_t newest) const
{
    Statement rows(
        *m_connection->database,
        "SELECT level, text, at_ms FROM events WHERE run = ?1 ORDER BY number DESC LIMIT ?2");
    rows.with(number(run), static_cast<std::int64_t>(newest));
    std::vector<RunEvent> found;
    while (rows.step()) {
        found.push_back({eventLevelFromName(rows.text(0)), rows.text(1), rows.integer(2)});
    }
    std::ranges::reverse(found);
    return found;
}

std::int64_t StoreReader::changeCounter() const
{
    return m_connection->database->integer("PRAGMA data_version");
}

} // namespace espalier
