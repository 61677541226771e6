// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Session.h"
#include "core/run/ArtifactPath.h"
#include "core/run/RunModels.h"

#include <cstdio>

namespace espalier::cli {

namespace {

void printGroup(const char* title, const Json& values)
{
    if (values.empty()) {
        return;
    }
    std::printf("%s\n", title);
    for (const auto& [key, value] : values.items()) {
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        std::printf("  %-28s %s\n", key.c_str(), text.c_str());
    }
}

} // namespace

RunRecord requireRun(const StoreReader& reader, const std::string& text)
{
    const auto id = runIdFromText(text);
    const auto record = id ? reader.run(*id) : std::nullopt;
    if (!record) {
        throw Error(ErrorCode::NotFound,
                    "There is no run " + text +
                        " in this workspace. `espalier-run runs list` shows them.");
    }
    return *record;
}

std::vector<RunRecord> namedRuns(const StoreReader& reader, const Arguments& arguments)
{
    std::vector<RunRecord> records;
    for (std::size_t i = 1; i < arguments.positionals().size(); ++i) {
        records.push_back(requireRun(reader, arguments.positionals()[i]));
    }
    if (records.empty()) {
        throw UsageError("The run is missing: give its number.");
    }
    return records;
}

Path fileOf(const StoreReader& reader, const RunRecord& record, const Artifact& artifact)
{
    return artifactFile(artifact, WorkspaceLayout{reader.workspace()}.run(record.id));
}

void printWarnings(const StoreReader& reader, RunId run)
{
    for (const RunEvent& event : reader.events(run)) {
        if (event.level == EventLevel::Warning) {
            std::fprintf(stderr, "Run %s, warning: %s\n", toText(run).c_str(), event.text.c_str());
        }
    }
}

void printDetails(const StoreReader& reader, const RunRecord& record)
{
    const Json json = runJson(reader, record);
    std::printf("Run %s %s: %s\n%s\n", toText(record.id).c_str(), record.spec.title.c_str(),
                std::string(nameOf(record.status)).c_str(),
                commandLine(withFolders(record)).c_str());
    for (const std::string& tag : record.tags) {
        std::printf("tag: %s\n", tag.c_str());
    }
    if (!record.note.empty()) {
        std::printf("note: %s\n", record.note.c_str());
    }
    if (record.failure) {
        std::printf("%s (during: %s)\n", record.failure->message.c_str(),
                    record.failure->during.c_str());
    }
    printGroup("Parameters", json["spec"].value("params", Json::object()));
    for (const Json& evaluation : json["evaluations"]) {
        printGroup("Evaluation", evaluation);
    }
    printGroup("Footprint", json["footprint"]);
    printGroup("Speed", json["speed"]);
    printGroup("Stages", json["stages"]);
    if (!json["linears"].empty()) {
        std::vector<std::vector<std::string>> rows{{"Linear", "Sparsity", "Error", "Seconds"}};
        for (const Json& linear : json["linears"]) {
            const auto cell = [&](const char* key) {
                char text[32] = "-";
                if (linear.contains(key) && linear[key].is_number()) {
                    std::snprintf(text, sizeof text, "%.4g", linear[key].get<double>());
                }
                return std::string(text);
            };
            rows.push_back({linear["name"], cell("sparsity"), cell("error"), cell("seconds")});
        }
        printTable(rows);
    }
    for (const Artifact& artifact : record.artifacts) {
        std::printf("%s: %s\n", artifact.kind.c_str(), fileOf(reader, record, artifact).c_str());
    }
    for (const RunEvent& event : reader.events(record.id)) {
        std::printf("%s: %s\n", std::string(nameOf(event.level)).c_str(), event.text.c_str());
    }
    std::printf("\n");
}

ReportOptions reportOptions(const MethodCatalog& methods)
{
    ReportOptions options;
    options.methodTitle = [&methods](const std::string& id) {
        const Method* method = methods.find(id);
        return method != nullptr ? method->info().title : id;
    };
    return options;
}

} // namespace espalier::cli
