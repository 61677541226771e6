// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/run/MetricPoint.h"
#include "core/run/RunRecord.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The append-only file runs/<id>/journal.jsonl: one JSON object a line, enough to rebuild every
/// row about the run. Kinds ("t"): created {id, parent, study, spec, method_version, at,
/// command_line: the words of the program that asked for the run}, status
/// {status, failure?, at}, provenance {value}, metric {name, unit?, step, value, at}, progress
/// {...}, event {level, text, at}, artifact {...}. Lines are written whole with one write(2); a
/// torn last line is ignored by readers.
class ESPALIER_API JournalWriter {
public:
    /// Opens for appending; creates when missing; cuts a torn last line off. Throws Io.
    explicit JournalWriter(const Path& file);
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    void created(RunId id, RunId parent, bool isStudy, const RunSpec& spec,
                 std::int64_t methodVersion, const std::vector<std::string>& commandLine = {});
    void status(RunStatus status, const std::optional<Failure>& failure = {});
    void provenance(const Json& value);
    void metric(std::string_view name, const MetricPoint& point, std::string_view unit = {});
    void progress(const RunProgress& progress);
    void event(EventLevel level, std::string_view text);
    void artifact(const Artifact& artifact);

    /// fdatasync: at checkpoints and at the end.
    void sync();
    /// Bytes so far; each checkpoint stores it.
    std::int64_t offset() const;
    /// Resume: cuts the file back to a checkpoint's offset, else series would hold steps twice.
    void truncate(std::int64_t offset);

private:
    struct File;
    std::unique_ptr<File> m_file;
};

/// Reads whole lines from a byte offset on. A torn last line does not count until it is whole.
class ESPALIER_API JournalReader {
public:
    /// Throws NotFound and Io. An offset beyond the end gives no lines; see size().
    explicit JournalReader(const Path& file, std::int64_t offset = 0);
    ~JournalReader();
    JournalReader(const JournalReader&) = delete;
    JournalReader& operator=(const JournalReader&) = delete;

    /// The next whole line, of whatever kind; nothing at the end, for now. A line that is no JSON
    /// object comes as null, so that one bad line never hides those behind it.
    std::optional<Json> next();
    /// The first byte that next() has not returned yet.
    std::int64_t offset() const;
    /// Bytes in the file now.
    std::int64_t size() const;
    /// Up to `count` bytes that end at `offset`: tells whether a known part was replaced.
    std::string before(std::int64_t offset, std::size_t count) const;

private:
    struct File;
    std::unique_ptr<File> m_file;
};

} // namespace espalier
