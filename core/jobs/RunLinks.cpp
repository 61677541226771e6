// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunLinks.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/run/ArtifactPath.h"
#include "core/run/Journal.h"
#include "core/run/JsonFields.h"

#include <functional>

namespace espalier {

namespace {

/// Whole lines only: a torn last one is not there yet, and one that cannot be read hides no other.
void eachLine(const Path& journal, const std::function<bool(const Json&)>& use)
{
    JournalReader reader(journal);
    while (const auto line = reader.next()) {
        if (line->is_object() && !use(*line)) {
            return;
        }
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
    Artifact found;
    eachLine(journal, [&](const Json& line) {
        if (textIn(line, "t") == "artifact" && textIn(line, "kind") == "model") {
            found = artifactFromJson(line);
        }
        return true;
    });
    if (found.path.empty()) {
        throw Error(
            ErrorCode::NotFound,
            "Run " + toText(id) +
                " exported no model. Give it an export (--export safetensors) and run it again.");
    }
    return artifactFile(found, runsFolder / toText(id));
}

RunRecord readCreated(const Path& journal)
{
    RunRecord record;
    bool known = false;
    eachLine(journal, [&](const Json& line) {
        known = textIn(line, "t") == "created";
        if (known) {
            record.id = RunId{integerIn(line, "id")};
            record.spec = runSpecFromJson(line.value("spec", Json::object()));
            record.provenance = submissionIn(line);
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

Json lastProvenance(const Path& journal)
{
    Json found = Json::object();
    eachLine(journal, [&](const Json& line) {
        if (textIn(line, "t") == "provenance" && line.contains("value")) {
            found = line["value"];
        }
        return true;
    });
    return found;
}

std::string lastLabel(const Path& journal)
{
    std::string label = "Working";
    eachLine(journal, [&](const Json& line) {
        if (textIn(line, "t") == "progress" && !textIn(line, "label").empty()) {
            label = textIn(line, "label");
        }
        return true;
    });
    return label;
}

RunStatus lastStatus(const Path& journal)
{
    RunStatus status = RunStatus::Waiting;
    eachLine(journal, [&](const Json& line) {
        if (textIn(line, "t") == "status") {
            status = runStatusFromName(textIn(line, "status")).value_or(status);
        }
        return true;
    });
    return status;
}

} // namespace espalier
