// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/runner/RunnerFixture.h"

#include <set>

// With --json every verb prints exactly one JSON document on stdout and nothing else there,
// whatever comes of it.

using namespace espalier;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::Words;
using test::operator+;

namespace {

struct Case {
    Words words;
    int exitCode;
    const char* key; // the document has it
};

void verify(const Case& expected)
{
    const auto result = espalierRun(expected.words + Words{"--json"});
    std::string line;
    for (const std::string& word : expected.words) {
        line += word + " ";
    }
    VERIFY2(result.exitCode == expected.exitCode, line + result.text());
    const Json document = test::documentIn(result);
    VERIFY2(document.contains(expected.key), line + result.out);
    VERIFY2(document.contains("error") == (expected.exitCode != 0), line + result.out);
    if (expected.exitCode != 0) {
        for (const char* key : {"code", "message", "during"}) {
            VERIFY2(document["error"][key].is_string() &&
                        !document["error"][key].get<std::string>().empty(),
                    line + result.out);
        }
        VERIFY2(contains(result.err, document["error"]["message"].get<std::string>()) ||
                    expected.exitCode == 75,
                line + result.text());
    }
}

const std::vector<std::string> kVerbs{"apply",    "run",    "evaluate", "generate",
                                      "tokenize", "export", "methods",  "models",
                                      "runs",     "report", "store",    "worker"};

} // namespace

TEST(everyVerbPrintsOneDocumentOnSuccess)
{
    const test::TempFolder folder;
    const Words in{"--workspace", (folder.path() / "w").string()};
    const Words model{"--model", demoModel(), "--threads", "1"};
    const Words data{"--data", "builtin:tinystories", "--length", "32", "--windows", "2"};
    writeFileAtomically(folder.path() / "r.yaml",
                        "model: " + demoModel() + "\nmethod: none\nthreads: 1\n");
    const std::string out = (folder.path() / "report").string();
    const std::vector<Case> cases{
        {Words{"apply", "none"} + model + in, 0, "id"},
        {Words{"apply", "prune-magnitude", "--runner", "thread"} + model + in, 0, "linears"},
        {Words{"run", (folder.path() / "r.yaml").string()} + in, 0, "runs"},
        {Words{"evaluate", "perplexity"} + model + data, 0, "perplexity"},
        {Words{"evaluate", "divergence", "--reference", demoModel()} + model + data, 0, "mean_kld"},
        {Words{"evaluate", "footprint", "--model", demoModel()}, 0, "bytes"},
        {Words{"generate", "--prompt", "Once", "--tokens", "2"} + model, 0, "text"},
        {{"tokenize", "--model", demoModel(), "--text", "Once"}, 0, "ids"},
        {{"methods"}, 0, "methods"},
        {{"--list"}, 0, "methods"},
        {{"methods", "prune-wanda"}, 0, "params"},
        {Words{"models", "add", demoModel()} + in, 0, "models"},
        {Words{"models", "list"} + in, 0, "models"},
        {Words{"models", "show", demoModel()} + in, 0, "models"},
        {Words{"runs", "list"} + in, 0, "runs"},
        {Words{"runs", "show", "1"} + in, 0, "runs"},
        {Words{"runs", "compare", "1", "2"} + in, 0, "differences"},
        {Words{"report", "1", "2", "--out", out} + in, 0, "report"},
        {Words{"store", "check"} + in, 0, "findings"},
        {Words{"store", "rebuild"} + in, 0, "findings"},
        {Words{"runs", "delete", "1"} + in, 0, "deleted"},
        {{"--version"}, 0, "build"},
    };
    for (const Case& expected : cases) {
        verify(expected);
    }
}

TEST(everyVerbPrintsOneDocumentOnFailure)
{
    const test::TempFolder folder;
    const Words in{"--workspace", (folder.path() / "w").string()};
    const Words nowhere{"--workspace", (folder.path() / "none").string()};
    jsonOf(Words{"apply", "none", "--model", demoModel()} + in);
    const Path broken = folder.path() / "broken";
    makeFolder(broken);
    writeFileAtomically(broken / "espalier.db", std::string(8192, 'x'));
    const std::vector<Case> cases{
        {{}, 2, "error"},
        {{"aply"}, 2, "error"},
        {{"apply"}, 2, "error"},
        {Words{"apply", "none", "--model", "/nowhere"} + in, 3, "error"},
        {Words{"apply", "none", "--model", demoModel(), "--device", "cuda:9"} + in, 3, "failure"},
        {{"run"}, 2, "error"},
        {{"run", "/nowhere.yaml"}, 3, "error"},
        {{"evaluate", "perplexity"}, 2, "error"},
        {{"evaluate", "perplexity", "--model", "/nowhere", "--data", "x:y"}, 3, "error"},
        {{"generate"}, 2, "error"},
        {{"generate", "--model", "/nowhere", "--prompt", "x"}, 3, "error"},
        {{"tokenize", "--model", demoModel()}, 2, "error"},
        {{"tokenize", "--model", "/nowhere", "--text", "x"}, 3, "error"},
        {{"methods", "prune-wnda"}, 3, "error"},
        {{"models"}, 2, "error"},
        {Words{"models", "add", "/nowhere"} + in, 3, "error"},
        {{"runs"}, 2, "error"},
        {Words{"runs", "list"} + nowhere, 3, "error"},
        {Words{"runs", "show", "77"} + in, 3, "error"},
        {Words{"runs", "resume", "1"} + in, 3, "error"},
        {Words{"runs", "stop", "1"} + in, 3, "error"},
        {Words{"runs", "delete", "77"} + in, 3, "error"},
        {Words{"report", "1"} + in, 2, "error"},
        {Words{"report", "77", "--out", (folder.path() / "r").string()} + in, 3, "error"},
        {{"store"}, 2, "error"},
        {{"store", "check", "--workspace", broken}, 3, "findings"},
        {{"worker"}, 2, "error"},
        {{"worker", "--run-folder", "/nowhere"}, 3, "error"},
    };
    for (const Case& expected : cases) {
        verify(expected);
    }
}

TEST(helpIsOneDocumentToo)
{
    const Json all = jsonOf({"--help"});
    COMPARE(all["exit_codes"].size(), 6U);
    std::vector<std::string> names;
    for (const Json& verb : all["verbs"]) {
        names.push_back(verb["name"]);
        std::set<std::string> options;
        for (const Json& option : verb["options"]) {
            VERIFY2(!option["help"].get<std::string>().empty(), option.dump());
            VERIFY2(option.contains("value") && option.contains("default"), option.dump());
            options.insert(option["name"]);
        }
        VERIFY2(options.contains("--json") && options.contains("--help"), verb.dump());
        const Json own = jsonOf({names.back(), "--help"});
        COMPARE(own, verb);
    }
    COMPARE(names, kVerbs);
    const Json apply = jsonOf({"apply", "--help"});
    for (const Json& option : apply["options"]) {
        if (option["name"] == "--samples") {
            COMPARE(option["default"].get<std::string>(), "128");
            COMPARE(option["value"].get<std::string>(), "N");
        }
    }
    const Json wanda = jsonOf({"apply", "prune-wanda", "--help"});
    COMPARE(wanda["parameters"][0]["name"].get<std::string>(), "--sparsity");
    COMPARE(wanda["parameters"][0]["default"].get<std::string>(), "0.5");
}

TEST(everyFigureComesWithItsProtocol)
{
    const test::TempFolder folder;
    const Words words{"apply",       "prune-magnitude",
                      "--model",     demoModel(),
                      "--threads",   "1",
                      "--length",    "32",
                      "--windows",   "3",
                      "--evaluate",  "perplexity:builtin:tinystories",
                      "--evaluate",  "divergence:builtin:tinystories",
                      "--workspace", folder.path()};
    const auto verifyProtocol = [](const Json& row) {
        COMPARE(row["name"].get<std::string>(), "tinystories");
        COMPARE(row["source"].get<std::string>(), "builtin:tinystories");
        COMPARE(row["length"].get<int>(), 32);
        COMPARE(row["windows"].get<int>(), 3);
        COMPARE(row["tokens"].get<int>(), 3 * 31);
        COMPARE(row["text_fingerprint"].get<std::string>().size(), 64U);
        COMPARE(row["fingerprint"].get<std::string>().size(), 64U);
        VERIFY2(row["standard_error"].is_number(), row.dump());
    };
    const Json run = jsonOf(words);
    COMPARE(run["evaluations"].size(), 1U);
    verifyProtocol(run["evaluations"][0]);
    verifyProtocol(run["evaluations"][0]["divergence"]);
    for (const char* kind : {"perplexity", "divergence"}) {
        Words evaluate{
            "evaluate", kind, "--model",   demoModel(), "--data",    "builtin:tinystories",
            "--length", "32", "--windows", "3",         "--threads", "1"};
        if (kind == std::string("divergence")) {
            evaluate = evaluate + Words{"--reference", demoModel()};
        }
        const Json measured = jsonOf(evaluate);
        verifyProtocol(measured);
        COMPARE(measured["text_fingerprint"], run["evaluations"][0]["text_fingerprint"]);
    }
}
