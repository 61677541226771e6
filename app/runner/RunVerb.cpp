// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Verb.h"
#include "core/jobs/InputCheck.h"
#include "core/jobs/RunWorker.h"
#include "core/report/ReportBuilder.h"
#include "core/run/Recipe.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <thread>

namespace espalier::cli {

namespace {

std::vector<std::pair<std::string, std::string>> overridesOf(const Arguments& arguments)
{
    std::vector<std::pair<std::string, std::string>> overrides;
    for (const std::string& text : arguments.values("set")) {
        const auto equals = text.find('=');
        if (equals == std::string::npos) {
            throw UsageError("--set is \"" + text + "\"; write --set key=value.");
        }
        overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return overrides;
}

/// Threads are part of the spec: 0 becomes this machine's cores before anything is compared.
RunSpec withThreads(RunSpec spec)
{
    if (spec.threads <= 0) {
        spec.threads = std::max(1U, std::thread::hardware_concurrency());
    }
    return spec;
}

/// Every member must be able to run before the first one is queued.
void checkAll(const Recipe& recipe, const MethodCatalog& methods)
{
    for (const StudyMember& member : recipe.members) {
        for (const ParamIssue& issue : issuesOf(member.spec, methods)) {
            if (issue.blocks) {
                throw Error(ErrorCode::InvalidInput,
                            (member.name.empty() ? "" : "Run \"" + member.name + "\": ") +
                                issue.message);
            }
        }
    }
}

/// Queues a recipe's members, or finds them again when they have been run before.
class Submission {
public:
    Submission(Session& session, const Recipe& recipe, bool resume)
        : m_session(session)
        , m_recipe(recipe)
        , m_known(resume ? session.reader().runs() : std::vector<RunRecord>{})
    {
    }

    std::vector<RunId> submit()
    {
        std::vector<RunId> ids;
        std::map<std::string, RunId> byName;
        for (const StudyMember& member : m_recipe.members) {
            const RunSpec spec = withThreads(resolved(member, byName));
            const RunId id = findAgain(spec).value_or(RunId::None);
            ids.push_back(id != RunId::None ? id : m_session.queue().submit(spec, study()));
            byName[member.name] = ids.back();
        }
        return ids;
    }

private:
    std::optional<RunId> findAgain(const RunSpec& spec)
    {
        const auto same = [wanted = fingerprint(spec)](const RunRecord& record) {
            return !record.isStudy && fingerprint(record.spec) == wanted && inputsUnchanged(record);
        };
        const auto found = std::ranges::find_if(m_known, same);
        if (found == m_known.end() || found->status == RunStatus::Cancelled) {
            return std::nullopt;
        }
        if (m_study == RunId::None) {
            m_study = found->parent;
        }
        if (found->status != RunStatus::Succeeded && found->status != RunStatus::Running &&
            found->status != RunStatus::Waiting) {
            m_session.queue().resume(found->id);
        }
        return found->id;
    }

    RunId study()
    {
        if (m_study == RunId::None && m_recipe.isStudy) {
            m_study = m_session.queue().submitStudy(m_recipe.title, m_recipe.experiment);
        }
        return m_study;
    }

    Session& m_session;
    const Recipe& m_recipe;
    std::vector<RunRecord> m_known;
    RunId m_study = RunId::None;
};

int finish(const StoreReader& reader, const std::vector<RunId>& ids, const Arguments& arguments,
           const MethodCatalog& methods)
{
    std::vector<RunRecord> records;
    int code = Done;
    Json runs = Json::array();
    for (const RunId id : ids) {
        records.push_back(reader.run(id).value());
        code = std::max(code, exitCodeOf(records.back()));
        runs.push_back(runJson(reader, records.back()));
    }
    Json document{{"runs", std::move(runs)}};
    if (const auto folder = arguments.value("report")) {
        writeReport(buildReport(reader, ids, reportOptions(methods)), *folder);
        document["report"] = (Path(*folder) / "report.html").string();
    }
    addOutcome(document, records);
    printFailures(records);
    for (const RunRecord& record : records) {
        printWarnings(reader, record.id);
    }
    if (arguments.has("json")) {
        printJson(document);
        return code;
    }
    printRuns(reader, records);
    for (const RunRecord& record : records) {
        for (const Artifact& artifact : record.artifacts) {
            if (artifact.kind == "model") {
                std::printf("Model of run %s: %s\n", toText(record.id).c_str(),
                            fileOf(reader, record, artifact).c_str());
            }
        }
    }
    if (document.contains("report")) {
        std::printf("Report: %s\n", document["report"].get<std::string>().c_str());
    }
    return code;
}

} // namespace

std::vector<OptionSpec> runOptions()
{
    std::vector<OptionSpec> all{
        {"set", "KEY=VALUE", "replaces a value of the recipe, for example --set seed=3", true},
        {"resume", "auto|never", "reuse finished and go on with unfinished runs of the same spec",
         false, "auto"},
        {"report", "DIR", "write a report about the runs at the end"},
    };
    for (OptionSpec& option : sessionOptions()) {
        all.push_back(std::move(option));
    }
    return all;
}

int runVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, runOptions());
    if (arguments.has("help")) {
        return showVerbHelp("run", arguments.has("json"));
    }
    const Path file = arguments.positional(0, "recipe");
    const std::string resume = arguments.valueOr("resume", "auto");
    if (resume != "auto" && resume != "never") {
        throw UsageError("--resume is \"" + resume + "\"; it must be auto or never.");
    }
    const Recipe recipe =
        parseRecipe(readFile(file), file.string(), std::filesystem::absolute(file).parent_path(),
                    overridesOf(arguments));
    const MethodCatalog methods(methodFolders());
    checkAll(recipe, methods);
    Session session(arguments, methods);
    session.queue().pauseQueue(); // all of them wait before the first starts: priorities count
    const std::vector<RunId> ids = Submission(session, recipe, resume == "auto").submit();
    session.queue().resumeQueue();
    session.drain();
    return finish(session.reader(), ids, arguments, methods);
}

} // namespace espalier::cli
