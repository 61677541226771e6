// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Recipe.h"
#include "tests/support/Test.h"

#include <set>

using namespace espalier;

namespace {

constexpr std::string_view kStudy = R"(title: Halve it
experiment: Halving
defaults:
  model: ../models/stories
  calibration: { source: "text:sample.txt", length: 256, windows: 32 }
  params: { pattern: unstructured }
  threads: 2
runs:
  - name: wanda
    method: prune-wanda
    params: { row_count: 3 }
    calibration: { windows: 8 }
    grid: { params.sparsity: [0.3, 0.5] }
    seeds: [0, 1]
  - name: recovered
    method: distill-logits
    model: run:wanda-0.5-seed1
    teacher: ../models/stories
    calibration: ~
    after: [wanda, 7]
    evaluations: [speed, "perplexity:jsonl:held/out.jsonl#text"]
    exports: ["safetensors:out"]
)";

Recipe parse(std::string_view yaml,
             const std::vector<std::pair<std::string, std::string>>& overrides = {})
{
    return parseRecipe(yaml, "demo.yaml", "/srv/recipes", overrides);
}

void verifyRefused(std::string_view yaml, std::string_view words)
{
    VERIFY_FAILS(parse(yaml), ErrorCode::InvalidInput, words);
}

} // namespace

TEST(batchAmongTheParametersOfADistillationIsTheRuns)
{
    constexpr std::string_view kOld =
        "runs:\n  - { method: distill-logits, batch: 4, params: { batch: 2, steps: 3 } }";
    const RunSpec spec = parse(kOld).members.front().spec;
    COMPARE(spec.batch, 2);
    VERIFY(spec.params == (ParamValues{{"steps", 3}}));
    const RunSpec set = parse(kOld, {{"params.batch", "8"}}).members.front().spec;
    COMPARE(set.batch, 8);
}

TEST(gridAndSeedsAreMultipliedOut)
{
    const Recipe recipe = parse(kStudy);
    VERIFY(recipe.isStudy);
    COMPARE(recipe.title, "Halve it");
    COMPARE(recipe.members.size(), 5U);
    const std::vector<std::string> names{"wanda-0.3-seed0", "wanda-0.3-seed1", "wanda-0.5-seed0",
                                         "wanda-0.5-seed1", "recovered"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        COMPARE(recipe.members[i].name, names[i]);
        COMPARE(recipe.members[i].spec.title, names[i]);
        COMPARE(recipe.members[i].spec.experiment, "Halving");
        COMPARE(recipe.members[i].spec.threads, 2);
    }
    const RunSpec& spec = recipe.members[1].spec;
    VERIFY(spec.params ==
           (ParamValues{{"pattern", "unstructured"}, {"row-count", 3}, {"sparsity", 0.3}}));
    COMPARE(spec.seed, 1U);
    COMPARE(spec.model, "/srv/models/stories");
    VERIFY(spec.calibration ==
           (DataSpec{.source = "text:/srv/recipes/sample.txt", .length = 256, .windows = 8}));
}

TEST(membersReferToMembersBeforeThem)
{
    const StudyMember member = parse(kStudy).members.back();
    COMPARE(member.spec.model, "run:wanda-0.5-seed1");
    COMPARE(member.afterNames.size(), 4U);
    VERIFY(member.spec.after == std::vector<RunId>{RunId{7}});
    VERIFY(!member.spec.calibration);
    COMPARE(member.spec.evaluations[1].data.source, "jsonl:/srv/recipes/held/out.jsonl#text");
    COMPARE(member.spec.exports[0].folder, "/srv/recipes/out");
    std::map<std::string, RunId> ids{{"wanda-0.3-seed0", RunId{11}},
                                     {"wanda-0.3-seed1", RunId{12}},
                                     {"wanda-0.5-seed0", RunId{13}},
                                     {"wanda-0.5-seed1", RunId{14}}};
    const RunSpec spec = resolved(member, ids);
    COMPARE(spec.model, "run:0014");
    VERIFY(dependencies(spec) ==
           (std::vector<RunId>{RunId{7}, RunId{11}, RunId{12}, RunId{13}, RunId{14}}));
    ids.erase("wanda-0.3-seed0");
    VERIFY_FAILS(resolved(member, ids), ErrorCode::Internal, "wanda-0.3-seed0");
}

TEST(overridesReplaceAxes)
{
    const Recipe recipe = parse(
        kStudy, {{"seed", "5"}, {"params.sparsity", "0.9"}, {"model", "run:3"}, {"exports", "[]"}});
    COMPARE(recipe.members.size(), 2U);
    COMPARE(recipe.members[0].name, "wanda");
    COMPARE(recipe.members[0].spec.seed, 5U);
    VERIFY(recipe.members[0].spec.params.at("sparsity") == ParamValue(0.9));
    COMPARE(recipe.members[1].spec.model, "run:3");
    VERIFY(recipe.members[1].spec.exports.empty());
    VERIFY_FAILS(parse(kStudy, {{"sed", "5"}}), ErrorCode::InvalidInput,
                 "--set sed: there is no key \"sed\"; did you mean \"seed\"?");
    VERIFY_FAILS(parse(kStudy, {{"seed", "five"}}), ErrorCode::InvalidInput,
                 "--set seed: seed is \"five\", but must be a whole number");
}

TEST(singleRun)
{
    const Recipe recipe =
        parse("method: prune-magnitude\nmodel: /m\nseed: 3\nparams: { sparsity: 0.5, scope: row }");
    VERIFY(!recipe.isStudy);
    COMPARE(recipe.members.size(), 1U);
    COMPARE(recipe.members[0].spec.title, "");
    VERIFY(recipe.members[0].spec == (RunSpec{.method = "prune-magnitude",
                                              .params = {{"sparsity", 0.5}, {"scope", "row"}},
                                              .model = "/m",
                                              .seed = 3}));
    VERIFY(parse(R"({"method": "none", "model": "/m", "seeds": [1, 2]})").members.size() == 2U);
}

TEST(scalarsKeepTheirTypes)
{
    const ParamValues params =
        parse("method: a\nparams: { i: 1, r: 1.0, e: 1e-4, q: '1', n: 2:4, t: true, "
              "z: ~, inf: inf, l: [0, 2], big: 10 % }")
            .members[0]
            .spec.params;
    VERIFY(params == (ParamValues{{"i", 1},
                                  {"r", 1.0},
                                  {"e", 1e-4},
                                  {"q", "1"},
                                  {"n", "2:4"},
                                  {"t", true},
                                  {"z", ParamValue{}},
                                  {"inf", "inf"},
                                  {"l", std::vector<ParamValue>{0, 2}},
                                  {"big", "10 %"}}));
}

TEST(refusalsNameLineKeyAndNeighbour)
{
    verifyRefused("method: a\nsed: 1",
                  "demo.yaml, line 2: there is no key \"sed\"; did you mean \"seed\"?");
    verifyRefused("titel: a\nruns: []",
                  "demo.yaml, line 1: there is no key \"titel\"; did you mean \"title\"?");
    verifyRefused(
        "method: a\ncalibration:\n  source: x\n  lenght: 3",
        "demo.yaml, line 4: there is no key \"calibration.lenght\"; did you mean \"length\"?");
    verifyRefused("defaults:\n  batch: none\nruns:\n  - method: a",
                  "demo.yaml, line 2: batch is \"none\", but must be a whole number, at least 1.");
    verifyRefused("runs:\n  - method: a\n  - method: b\n    seed: -1",
                  "demo.yaml, line 4: seed is -1");
    verifyRefused("method: a\nmethod: b", "demo.yaml, line 2: \"method\" is given twice");
    verifyRefused("method: [", "demo.yaml, line");
    verifyRefused("title: x", "needs either \"method\", for a single run, or \"runs\"");
    verifyRefused("just words", "is no recipe");
    verifyRefused("method: a\n---\nmethod: b", "2 YAML documents");
    verifyRefused("runs:\n  - method: a\n    params: { a_b: 1, a-b: 2 }",
                  "params.a-b is given twice");
}

TEST(refusalsOfGridsAndNames)
{
    verifyRefused(
        "runs:\n  - method: a\n    grid: { params.x: 3 }",
        "demo.yaml, line 3: grid.params.x is 3, but must be a list of at least one value.");
    verifyRefused("runs:\n  - method: a\n    grid: { parms.x: [3] }", "did you mean \"params\"?");
    verifyRefused("runs:\n  - method: a\n    grid: { evaluations.0: [3] }",
                  "reaches into evaluations");
    verifyRefused("runs:\n  - method: a\n  - method: a",
                  "two runs are called \"a\" after their method");
    verifyRefused("runs:\n  - { name: 12, method: a }", "must be a word that is no number");
    verifyRefused("runs:\n  - { name: a, model: x }", "\"a\" names no method");
    verifyRefused("runs:\n  - { method: a, after: [b] }\n  - { method: b }",
                  "demo.yaml, line 2: after names \"b\", but no run before this one is called so");
    verifyRefused("runs:\n  - { method: wanda }\n  - { method: b, model: \"run:wnda\" }",
                  "did you mean \"wanda\"?");
    verifyRefused("runs:\n  - { method: w, seeds: [1, 2] }\n  - { method: b, model: \"run:w\" }",
                  "run:w stands for 2 runs; name one of them, such as run:w-seed1");
    std::string seeds = "0";
    for (int i = 1; i < 200; ++i) {
        seeds += ", " + std::to_string(i);
    }
    verifyRefused("runs:\n  - { method: w, seeds: [" + seeds + "], grid: { batch: [" + seeds +
                      "] } }",
                  "at most 10000");
}

TEST(aliasesCannotExplode)
{
    std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int j = 0; j < 9; ++j) {
            yaml += ", " + before;
        }
        yaml += "]\n";
    }
    verifyRefused(yaml, "more than 100000 values");
}

TEST(recipeTextLeavesOutWhatSaysNothing)
{
    const RunSpec spec{
        .method = "prune-wanda",
        .params = {{"empty", ""}, {"zero", 0}}, // these are values
        .calibration = DataSpec{.source = "builtin:tinystories", .windows = 3},
        .evaluations = {{.kind = "perplexity", .data = {.source = "text:/a.txt", .length = 8}},
                        {.kind = "speed"}},
        .exports = {{}, {.folder = "/models/half"}}};
    const std::string text = recipeText(spec);
    COMPARE(text, "method: prune-wanda\n"
                  "calibration: { source: \"builtin:tinystories\", windows: 3 }\n"
                  "params:\n"
                  "  empty: \"\"\n"
                  "  zero: 0\n"
                  "evaluations:\n"
                  "  - { data: { length: 8, source: \"text:/a.txt\" }, kind: perplexity }\n"
                  "  - { kind: speed }\n"
                  "exports:\n"
                  "  - { format: safetensors }\n"
                  "  - { folder: /models/half, format: safetensors }\n"
                  "seed: 0\n");
    VERIFY(parse(text).members.front().spec == spec);
    const RunSpec bare{.method = "none", .calibration = DataSpec{}, .evaluations = {{}}};
    VERIFY(parse(recipeText(bare)).members.front().spec == bare);
}

TEST(recipeTextReadsBack)
{
    const RunSpec spec{.title = "It's: \"half\" # of it",
                       .experiment = "e",
                       .method = "prune-wanda",
                       .params = {{"a", 4.0},
                                  {"b", 4},
                                  {"c", "4"},
                                  {"d", "true"},
                                  {"e", "2:4"},
                                  {"f", ParamValue{}},
                                  {"g", std::vector<ParamValue>{1, "x y", 2.5}},
                                  {"h", ""},
                                  {"i", 1e-300},
                                  {"j", "l1\nl2\t"}},
                       .model = "/models/a b",
                       .teacher = "run:0003",
                       .calibration =
                           DataSpec{.source = "text:/x: y.txt", .length = 2, .windows = 3},
                       .evaluations = {{.kind = "perplexity",
                                        .data = {.source = "builtin:tinystories", .windows = 4}},
                                       {.kind = "speed"}},
                       .exports = {{}},
                       .seed = 18446744073709551615U,
                       .threads = 1,
                       .batch = 2,
                       .dtype = NumberType::Float16,
                       .device = "cuda:0",
                       .priority = -3,
                       .after = {RunId{4}}};
    const Recipe recipe = parse(recipeText(spec));
    VERIFY(recipe.members.front().spec == spec);
    VERIFY(parse(recipeText({.method = "none"})).members.front().spec ==
           (RunSpec{.method = "none"}));
}
