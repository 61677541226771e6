// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunLinks.h"

#include "core/base/Error.h"
#include "core/base/Json.h"

#include <functional>

namespace espalier {

namespace {

/// Whole lines only: a torn last one is not there yet.
void eachLine(const Path& journal, const std::function<bool(const Json&)>& use)
{
    const std::string text = readFile(journal);
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
        const Json line =
            parseJson(std::string_view(text).substr(begin, end - begin), journal.string());
        if (!use(line)) {
            return;
        }
        begin = end + 1;
    }
}

} // namespace

Path modelOfRun(const Path& runsFolder, RunId id)
{
    const Path journal = runsFolder / toText(id) / "journal.jsonl";
    if (!std::filesystem::exists(journal)) {
        throw Error(ErrorCode::NotFound, "Run " + toText(id) + " is not in this workspace: " +
                                             journal.string() + " is missing.");
    }
    Path found;
    eachLine(journal, [&](const Json& line) {
        if (line.value("t", "") == "artifact" && line.value("kind", "") == "model") {
            found = line.value("path", "");
        }
        return true;
    });
    if (found.empty()) {
        throw Error(
            ErrorCode::NotFound,
            "Run " + toText(id) +
                " exported no model. Give it an export (--export safetensors) and run it again.");
    }
    return found.is_absolute() ? found : runsFolder / toText(id) / found;
}

RunRecord readCreated(const Path& journal)
{
    RunRecord record;
    bool known = false;
    eachLine(journal, [&](const Json& line) {
        known = line.value("t", "") == "created";
        if (known) {
            record.id = RunId{line.value("id", std::int64_t{0})};
            record.spec = runSpecFromJson(line.value("spec", Json::object()));
        }
        return false;
    });
    if (!known) {
        throw Error(
            ErrorCode::Corrupt,
            journal.string() +
                " does not start with the line that says what the run is. Submit the run again.");
    }
    return record;
}

RunStatus lastStatus(const Path& journal)
{
    RunStatus status = RunStatus::Waiting;
    eachLine(journal, [&](const Json& line) {
        if (line.value("t", "") == "status") {
            status = runStatusFromName(line.value("status", "")).value_or(status);
        }
        return true;
    });
    return status;
}

} // namespace espalier
