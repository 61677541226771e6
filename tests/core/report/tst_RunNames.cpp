// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportBuilder.h"
#include "core/store/ExperimentStore.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <map>

using namespace std::string_literals;
using namespace espalier;
using espalier::test::TempFolder;

namespace {

/// Runs without numbers: only what they are called matters.
struct Names {
    TempFolder folder = {};
    ExperimentStore store{folder.path()};
    RunId study = store.createStudy("Halve it", "halving");
    std::vector<RunId> runs = {};

    RunId add(const std::string& title, const std::string& method, const ParamValues& params,
              const std::string& model = "/models/tiny", std::uint64_t seed = 0)
    {
        RunSpec spec;
        spec.title = title;
        spec.experiment = "halving";
        spec.method = method;
        spec.params = params;
        spec.model = model;
        spec.seed = seed;
        runs.push_back(store.createRun(spec, 1, study));
        return runs.back();
    }

    Report report(const ReportOptions& options = {})
    {
        store.flush();
        return buildReport(StoreReader(folder.path()), runs, options);
    }
};

/// Method and settings by run.
std::map<std::string, std::string> rows(const Report& report)
{
    std::map<std::string, std::string> texts;
    for (const ReportTable& table : report.tables) {
        for (const auto& row : table.rows) {
            if (table.id == "runs") {
                texts[row[0].text] = row[1].text + " | " + row[2].text;
            }
        }
    }
    return texts;
}

std::string protocol(const Report& report)
{
    std::string text;
    for (const std::string& sentence : report.protocol) {
        text += sentence + "\n";
    }
    return text;
}

} // namespace

TEST(whatOnlySomeRunsOfAMethodSetIsShown)
{
    Names names; // the study is run 1
    names.add("Wanda", "prune-wanda", {{"sparsity", 0.3}, {"scope", "row"}});
    names.add("Wanda", "prune-wanda", {{"pattern", "2:4"}, {"scope", "row"}});
    names.add("Magnitude", "prune-magnitude", {{"pattern", "2:4"}});
    const Report report = names.report();
    const auto texts = rows(report);
    COMPARE(texts.at("0002"), "Wanda | sparsity 0.3"s);
    COMPARE(texts.at("0003"), "Wanda | pattern 2:4"s); // the only value, but not of all its kind
    COMPARE(texts.at("0004"), "Magnitude | "s);
    VERIFY(protocol(report).find("scope row") != std::string::npos);
}

TEST(distilledRunsTellWhatTheyBeganFrom)
{
    Names names;
    names.add("SparseGPT", "prune-sparsegpt", {{"sparsity", 0.5}});
    names.add("KD", "distill-logits",
              {{"steps", std::int64_t{150}}, {"checkpoint-every", std::int64_t{50}}}, "run:0002");
    names.add(
        "KD of blocks", "distill-logits",
        {{"steps", std::int64_t{300}}, {"checkpoint-every", std::int64_t{100}}, {"blocks", "0,2"}});
    const Report report = names.report();
    const auto texts = rows(report);
    COMPARE(texts.at("0003"), "KD | model SparseGPT 50\u202F% (run 0002), steps 150"s);
    COMPARE(texts.at("0004"), "KD of blocks | blocks 0,2; steps 300"s);
    VERIFY(protocol(report).find("Models: tiny is /models/tiny.") != std::string::npos);
    VERIFY(texts.at("0003").find("/models") == std::string::npos);
}

TEST(foldersOfOneNameKeepTheirPaths)
{
    Names names;
    names.add("Wanda", "prune-wanda", {}, "/a/tiny");
    names.add("Wanda", "prune-wanda", {}, "/b/tiny");
    const auto texts = rows(names.report());
    COMPARE(texts.at("0002"), "Wanda | model /a/tiny"s);
    COMPARE(texts.at("0003"), "Wanda | model /b/tiny"s);
}

TEST(methodsHaveTitles)
{
    Names names;
    names.add("", "none", {});
    names.add("One", "prune-wanda", {{"sparsity", 0.5}}, "/models/tiny", 0);
    names.add("Two", "prune-wanda", {{"sparsity", 0.5}}, "/models/tiny", 1);
    names.add("Mine", "prune-magnitude", {});
    const auto plain = rows(names.report());
    COMPARE(plain.at("0002"), "Unchanged model | "s);
    COMPARE(plain.at("0003"), "prune-wanda | "s); // seeds of one group with different titles
    COMPARE(plain.at("0005"), "Mine | "s);
    const auto titled =
        rows(names.report({.methodTitle = [](const std::string& id) { return "<" + id + ">"; }}));
    COMPARE(titled.at("0002"), "Unchanged model | "s);
    COMPARE(titled.at("0005"), "<prune-magnitude> | "s);
}

TEST(headingsNameTheShareOfZerosOnce)
{
    Names names;
    names.add("Wanda 50 %", "prune-wanda", {{"sparsity", 0.5}});
    names.add("Wanda 70 %", "prune-wanda", {{"sparsity", 0.7}});
    names.add("Wanda 2:4", "prune-wanda", {{"pattern", "2:4"}});
    std::string headings;
    for (const ReportRun& run : names.report().runs) {
        headings += run.heading + "\n";
    }
    for (const char* heading :
         {"Run 0002: Wanda 50\u202F%\n", "Run 0003: Wanda 70\u202F%\n", "Run 0004: Wanda 2:4\n"}) {
        VERIFY2(headings.find(heading) != std::string::npos, headings);
    }
}

TEST(theTitleIsWhatTheRunsShare)
{
    Names names;
    names.add("Dense", "none", {});
    names.add("Wanda", "prune-wanda", {});
    COMPARE(names.report().title, "Halve it"s);
    names.study = RunId::None; // a run outside of the study, of the same experiment
    names.add("Magnitude", "prune-magnitude", {});
    COMPARE(names.report().title, "halving"s);
    names.runs = {names.runs.back()};
    COMPARE(names.report().title, "Magnitude"s);
}
