// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/run/MetricPoint.h"
#include "core/run/RunRecord.h"

#include <memory>
#include <string_view>

namespace espalier {

/// The append-only file runs/<id>/journal.jsonl: one JSON object a line, enough to rebuild every row about the
/// run. Kinds ("t"): created {id, parent, study, spec, method_version, at}, status {status, failure?, at},
/// provenance {value}, metric {name, unit?, step, value, at}, progress {...}, event {level, text, at},
/// artifact {...}. Lines are written whole with one write(2); a torn last line is ignored by readers.
class ESPALIER_API JournalWriter {
public:
    /// Opens for appending; creates when missing. Throws Io.
    explicit JournalWriter(const Path& file);
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    void created(RunId id, RunId parent, bool isStudy, const RunSpec& spec, std::int64_t methodVersion);
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

} // namespace espalier
