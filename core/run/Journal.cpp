// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"

#include "core/run/JsonLines.h"

namespace espalier {

struct JournalWriter::File {
    JsonLineWriter lines;
};

JournalWriter::JournalWriter(const Path& file)
    : m_file(new File{JsonLineWriter(file)})
{
}

JournalWriter::~JournalWriter() = default;

void JournalWriter::created(RunId id, RunId parent, bool isStudy, const RunSpec& spec,
                            std::int64_t methodVersion, const std::vector<std::string>& commandLine)
{
    m_file->lines.append({{"t", "created"},
                          {"id", static_cast<std::int64_t>(id)},
                          {"parent", static_cast<std::int64_t>(parent)},
                          {"study", isStudy},
                          {"spec", toJson(spec)},
                          {"method_version", methodVersion},
                          {"at", nowMs()},
                          {"command_line", commandLine}});
}

void JournalWriter::status(RunStatus status, const std::optional<Failure>& failure)
{
    Json line{{"t", "status"}, {"status", nameOf(status)}, {"at", nowMs()}};
    if (failure) {
        line["failure"] = toJson(*failure);
    }
    m_file->lines.append(line);
}

void JournalWriter::provenance(const Json& value)
{
    m_file->lines.append({{"t", "provenance"}, {"value", value}});
}

void JournalWriter::metric(std::string_view name, const MetricPoint& point, std::string_view unit)
{
    Json line{{"t", "metric"},
              {"name", name},
              {"step", point.step},
              {"value", numberToJson(point.value)},
              {"at", point.atMs != 0 ? point.atMs : nowMs()}};
    if (!unit.empty()) {
        line["unit"] = unit;
    }
    m_file->lines.append(line);
}

void JournalWriter::progress(const RunProgress& progress)
{
    Json line = toJson(progress);
    line["t"] = "progress";
    if (progress.atMs == 0) {
        line["at"] = nowMs();
    }
    m_file->lines.append(line);
}

void JournalWriter::event(EventLevel level, std::string_view text)
{
    m_file->lines.append(
        {{"t", "event"}, {"level", nameOf(level)}, {"text", text}, {"at", nowMs()}});
}

void JournalWriter::artifact(const Artifact& artifact)
{
    Json line = toJson(artifact);
    line["t"] = "artifact";
    m_file->lines.append(line);
}

void JournalWriter::sync()
{
    m_file->lines.sync();
}

std::int64_t JournalWriter::offset() const
{
    return m_file->lines.offset();
}

void JournalWriter::truncate(std::int64_t offset)
{
    m_file->lines.truncate(offset);
}

} // namespace espalier
