// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Sha256.h"
#include "tests/app/runner/RunnerFixture.h"
#include "tests/support/RunSamples.h"

// The verbs around runs, as a person would type them one after the other.

using namespace espalier;
using test::applied;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::smallDistillation;
using test::Words;
using test::operator+;

namespace {

/// One finished run of each method, made once: 1 magnitude, 2 Wanda, 3 SparseGPT, 4 distillation.
struct Study {
    test::TempFolder folder;
    std::string workspace = (folder.path() / "w").string();
    std::vector<Json> runs;
    std::vector<Json> commands; // the words each was asked for with

    Study()
    {
        const Words exported{"--export", "safetensors"};
        const auto add = [&](const std::string& method, const Words& more) {
            const Words words = applied(method, workspace, exported + more + Words{"--json"});
            const auto result = espalierRun(words);
            VERIFY2(result.exitCode == 0 && result.err.empty(), result.text());
            commands.emplace_back(Words{test::runnerProgram().string()} + words);
            runs.push_back(test::documentIn(result));
        };
        add("prune-magnitude", {"--runner", "thread"});
        add("prune-wanda", {"--pattern", "2:4"});
        add("prune-sparsegpt", {"--block_size", "32"});
        add("distill-logits", smallDistillation("4"));
    }
};

const Study& study()
{
    static const Study made;
    return made;
}

Words in(const Words& words)
{
    return words + Words{"--workspace", study().workspace};
}

void verifyStages(const Json& run, const std::vector<std::string>& stages)
{
    for (const std::string& stage : stages) {
        VERIFY2(run["stages"].contains(stage), stage + " is not in " + run["stages"].dump());
        VERIFY2(run["stages"][stage]["seconds"].get<double>() >= 0, stage);
        VERIFY2(run["stages"][stage]["peak_rss_bytes"].get<double>() > 1e6, stage);
    }
}

void verifyLinears(const Json& run)
{
    COMPARE(run["blocks"].size(), 5U);
    for (std::size_t index = 0; index < 5; ++index) {
        COMPARE(run["blocks"][index]["index"].get<std::size_t>(), index);
        VERIFY(run["blocks"][index]["seconds"].get<double>() > 0);
    }
    COMPARE(run["linears"].size(), 5U * 7U);
    for (const Json& linear : run["linears"]) {
        VERIFY2(!linear["name"].get<std::string>().empty(), linear.dump());
        COMPARE_CLOSE(linear["sparsity"].get<double>(), 0.5, 0.02);
        VERIFY2(linear["error"].get<double>() > 0, linear.dump());
    }
}

/// Made from the model of another run: what repeats it names that model's folder, not a number that
/// means another run in another workspace; the tokenizers were found there and compared.
void verifyStandsAlone(const Json& run, const Path& sourceRun)
{
    const std::string folder = (sourceRun / "export").string();
    const std::string command = run["provenance"]["command"];
    VERIFY2(contains(command, folder) && !contains(command, "run:"), command);
    VERIFY2(run["warnings"].empty(), run["warnings"].dump());
    const Path exported = run["artifacts"][0]["path"].get<std::string>();
    VERIFY(contains(readFile(exported / "recipe.yaml"), folder));
    const std::string card = readFile(exported / "README.md");
    VERIFY2(contains(card, "base_model: \"stories260k\""), card);
    VERIFY2(contains(card, "Made from stories260k, after run " + sourceRun.filename().string()),
            card);
}

} // namespace

TEST(applyTellsEverythingUnderStableNames)
{
    for (std::size_t i = 0; i < study().runs.size(); ++i) {
        const Json& run = study().runs[i];
        COMPARE(run["id"].get<std::string>(), "000" + std::to_string(i + 1));
        COMPARE(run["status"].get<std::string>(), "succeeded");
        for (const char* key : {"perplexity", "nll", "tokens", "standard_error"}) {
            VERIFY2(run[key].is_number(), key);
        }
        COMPARE(run["tokens"].get<int>(), 4 * 63);
        for (const Json& count : {run["tokens"], run["windows"], run["evaluations"][0]["length"],
                                  run["stages"]["load"]["peak_rss_bytes"]}) {
            VERIFY2(count.is_number_integer(), count.dump());
        }
        verifyStages(run, {"load", "evaluate", "export"});
        VERIFY(run["provenance"]["build"].contains("libtorch"));
        const std::string revision = run["provenance"]["build"]["revision"];
        VERIFY2(revision == "unknown" || revision.size() >= 12, revision);
        COMPARE(run["provenance"]["command_line"], study().commands[i]);
        const std::string journal = readFile(Path(study().workspace) / "runs" /
                                             run["id"].get<std::string>() / "journal.jsonl");
        VERIFY(contains(journal, R"("revision":")" + revision));
        VERIFY(contains(journal, R"("command_line":)" + study().commands[i].dump()));
        COMPARE(run["artifacts"].size(), 2U);
        for (const char* left : {"blocks", "checkpoints", "resume.json"}) { // done with
            VERIFY2(!std::filesystem::exists(Path(study().workspace) / "runs" /
                                             run["id"].get<std::string>() / left),
                    left);
        }
        for (const Json& artifact : run["artifacts"]) {
            const Path path = artifact["path"].get<std::string>();
            VERIFY2(std::filesystem::exists(path), path.string());
            const Path hashed = artifact["kind"] == "model" ? path / "SHA256SUMS" : path;
            COMPARE(artifact["sha256"].get<std::string>(), sha256OfFile(hashed));
        }
    }
    for (std::size_t i = 0; i < 3; ++i) {
        verifyStages(study().runs[i], {"compress"});
        verifyLinears(study().runs[i]);
    }
    verifyStages(study().runs[1], {"calibrate"});
    verifyStages(study().runs[3], {"recover"});
    COMPARE(study().runs[1]["spec"]["params"]["pattern"].get<std::string>(), "2:4");
    COMPARE(study().runs[2]["spec"]["params"]["block-size"].get<int>(), 32); // - and _ are alike
    COMPARE(study().runs[3]["spec"]["params"]["learning-rate"].get<double>(), 0.001);
    COMPARE(study().runs[3]["spec"]["batch"].get<int>(), 2); // --batch is the run's
}

TEST(theCardOfAModelSaysWhatItsNumbersRestOn)
{
    const test::TempFolder folder;
    const std::string out = (folder.path() / "model").string();
    const std::string calibration =
        "tokens:" + (test::demoFolder() / "stories-calibration.i32").string();
    const auto result = espalierRun({"apply",         "prune-wanda",
                                     "--model",       demoModel(),
                                     "--calibration", calibration,
                                     "--length",      "64",
                                     "--samples",     "8",
                                     "--windows",     "4",
                                     "--evaluate",    "perplexity:builtin:tinystories",
                                     "--evaluate",    "divergence:builtin:tinystories",
                                     "--export",      "safetensors:" + out,
                                     "--workspace",   (folder.path() / "w").string(),
                                     "--json"});
    COMPARE(result.exitCode, 0);
    const Json run = test::documentIn(result);
    const std::string card = readFile(Path(out) / "README.md");
    VERIFY2(contains(card, "which a model generated itself at a fixed seed"), card);
    char dense[32];
    std::snprintf(dense, sizeof dense, " | %.4g | ",
                  run["evaluations"][0]["divergence"]["reference_perplexity"].get<double>());
    VERIFY2(contains(card, dense), card + dense);
}

TEST(whatPeopleSayOfRunsOutlivesARebuild)
{
    const auto told = [](const Words& words) { return jsonOf(words + in({}))["runs"][0]; };
    COMPARE(told({"runs", "tag", "2", "--add", "paper", "--add", "draft"})["tags"],
            Json::array({"paper", "draft"}));
    COMPARE(told({"runs", "tag", "2", "--remove", "draft"})["tags"], Json::array({"paper"}));
    COMPARE(told({"runs", "note", "2", "--text", "for figure 3"})["note"], "for figure 3");
    test::verifyRefused(in({"runs", "move", "2", "--first"}), 3, {"Only one run that waits"});
    test::verifyRefused(in({"runs", "tag", "2"}), 2, {"Give --add TAG"});
    test::verifyRefused(in({"runs", "note", "2"}), 2, {"--text is missing"});
    jsonOf(in({"store", "rebuild"}));
    const Json run = told({"runs", "show", "2"});
    COMPARE(run["tags"], Json::array({"paper"}));
    COMPARE(run["note"], "for figure 3");
    told({"runs", "tag", "2", "--remove", "paper"}); // as it was, for the other tests
    COMPARE(told({"runs", "note", "2", "--text", ""})["note"], "");
}

TEST(aTextOutcomeNamesTheModel)
{
    const test::TempFolder folder;
    const std::string out = (folder.path() / "model").string();
    const auto result =
        espalierRun(applied("none", folder.path() / "w", {"--export", "safetensors:" + out}));
    VERIFY2(result.exitCode == 0, result.text());
    VERIFY2(contains(result.out, "Model: " + out), result.text());
    VERIFY2(contains(result.out, "Perplexity"), result.text());
    const Json again = jsonOf({"evaluate", "perplexity", "--model", out, "--data",
                               "builtin:tinystories", "--length", "64", "--windows", "4"});
    VERIFY(again["perplexity"].get<double>() > 1);
}

TEST(aRecipeIsAStudyWithGridSeedsAndReferences)
{
    const test::TempFolder folder;
    const std::string recipe = (folder.path() / "small.yaml").string();
    writeFileAtomically(recipe, "title: Small study\ndefaults:\n  model: " + demoModel() + R"(
  calibration: { source: "builtin:tinystories", length: 64, windows: 8 }
  exports: [safetensors]
  threads: 1
runs:
  - name: magnitude
    method: prune-magnitude
    grid: { params.sparsity: [0.3, 0.5] }
  - name: recovered
    method: distill-logits
    model: run:magnitude-0.5
    teacher: )" + demoModel() + R"(
    batch: 2
    params: { steps: 2, learning-rate: 0.001 }
    seeds: [0, 1]
)");
    const std::string report = (folder.path() / "report").string();
    // A relative workspace means the same for the runs that refer to each other.
    const auto relative = std::filesystem::relative(folder.path() / "w").string();
    const Words words{"run", recipe, "--workspace", relative, "--report", report};
    const Json document = jsonOf(words);
    const Json& runs = document["runs"];
    COMPARE(runs.size(), 4U);
    for (const Json& run : runs) {
        COMPARE(run["status"].get<std::string>(), "succeeded");
    }
    COMPARE(runs[0]["spec"]["params"]["sparsity"].get<double>(), 0.3);
    const std::string pruned = "run:" + runs[1]["id"].get<std::string>();
    COMPARE(runs[2]["spec"]["model"].get<std::string>(), pruned);
    COMPARE(runs[3]["spec"]["seed"].get<int>(), 1);
    verifyStandsAlone(runs[2], folder.path() / "w" / "runs" / runs[1]["id"].get<std::string>());
    VERIFY(std::filesystem::exists(document["report"].get<std::string>()));

    const Json again = jsonOf(words); // all are there already
    for (std::size_t i = 0; i < 4; ++i) {
        COMPARE(again["runs"][i]["id"], runs[i]["id"]);
        COMPARE(again["runs"][i]["ended_ms"], runs[i]["ended_ms"]);
    }
    const Json set = jsonOf(words + Words{"--set", "params.steps=3"}, 3);
    VERIFY2(contains(set["error"]["message"].get<std::string>(), "steps"), set.dump());
    test::verifyRefused({"run", recipe, "--set", "sed=3", "--workspace", relative}, 3,
                        {"sed", "seed"});
}

TEST(runsAreListedShownAndCompared)
{
    const Json all = jsonOf(in({"runs", "list"}))["runs"];
    COMPARE(all.size(), 4U);
    COMPARE(all[0]["id"].get<std::string>(), "0004"); // the newest first
    const Json shown = jsonOf(in({"runs", "show", "2"}))["runs"];
    COMPARE(shown.size(), 1U);
    COMPARE(shown[0], study().runs[1]);
    const Json compared = jsonOf(in({"runs", "compare", "1", "3"}));
    bool method = false;
    for (const Json& difference : compared["differences"]) {
        method = method || (difference["key"] == "method" &&
                            difference["values"] == Json({"prune-magnitude", "prune-sparsegpt"}));
    }
    VERIFY2(method, compared["differences"].dump());
    const auto table = espalierRun(in({"runs", "list"}));
    VERIFY2(contains(table.out, "prune-wanda") && contains(table.out, "0.500"), table.text());
    test::verifyRefused(in({"runs", "show", "77"}), 3, {"no run 77", "runs list"});
    test::verifyRefused(in({"runs", "resume", "1"}), 3, {"Run 0001 has succeeded already"});
    test::verifyRefused(in({"runs", "stop", "1"}), 3, {"Run 0001 is not running"});
}

TEST(aMovedWorkspaceKeepsItsModels)
{
    const test::TempFolder folder;
    const Path before = folder.path() / "before";
    const Path after = folder.path() / "after";
    const Words small{"apply", "none", "--threads", "1", "--model"};
    jsonOf(small + Words{demoModel(), "--export", "safetensors", "--workspace", before});
    jsonOf(small + Words{demoModel(), "--export", "safetensors:" + (before / "m" / "x").string(),
                         "--workspace", before});
    std::filesystem::rename(before, after);
    for (const std::string model : {"run:1", "run:2"}) {
        const Json run = jsonOf(small + Words{model, "--workspace", after});
        COMPARE(run["status"].get<std::string>(), "succeeded");
    }
    const Json runs = jsonOf({"runs", "list", "--workspace", after})["runs"];
    COMPARE(runs[2]["artifacts"][0]["path"].get<std::string>(), (after / "m" / "x").string());
    COMPARE(runs[3]["artifacts"][0]["path"].get<std::string>(),
            (after / "runs" / "0001" / "export").string());
    jsonOf({"store", "rebuild", "--workspace", after});
    COMPARE(jsonOf({"runs", "list", "--workspace", after})["runs"], runs);
}

TEST(aReportIsWrittenAboutRuns)
{
    const test::TempFolder folder;
    const std::string out = (folder.path() / "report").string();
    const Json json = jsonOf(in({"report", "1", "2", "3", "4", "--out", out}));
    const std::string page = readFile(json["report"].get<std::string>());
    VERIFY(contains(page, "<svg") && contains(page, "prune-sparsegpt"));
    test::verifyRefused(in({"report", "77", "--out", out}), 3, {"no run 77"});
    test::verifyRefused(in({"report", "--out", out}), 2, {"run is missing"});
}

TEST(theStoreIsCheckedAndMadeAnew)
{
    const Json before = jsonOf(in({"runs", "list"}));
    COMPARE(jsonOf(in({"store", "check"}))["findings"].size(), 0U);
    const Path database = Path(study().workspace) / "espalier.db";
    COMPARE(jsonOf(in({"store", "rebuild"}))["runs"].get<int>(), 4);
    COMPARE(jsonOf(in({"runs", "list"})), before);
    writeFileAtomically(database, std::string(8192, 'x'));
    VERIFY(contains(jsonOf(in({"store", "check"}), 3)["findings"][0], "is damaged"));
    test::verifyRefused(in({"runs", "list"}), 3, {"is damaged", "espalier-run store rebuild"});
    COMPARE(jsonOf(in({"store", "rebuild"}))["runs"].get<int>(), 4);
    COMPARE(jsonOf(in({"runs", "list"})), before);
    VERIFY(std::filesystem::exists(database.string() + ".damaged"));
}
