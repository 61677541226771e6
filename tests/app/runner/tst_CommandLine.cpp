// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Tokenizer.h"
#include "tests/app/runner/RunnerFixture.h"

#include <algorithm>
#include <cmath>

// The verbs that need no run: what they print, refuse and exit with. tst_RunVerbs has the others.

using namespace espalier;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::Words;
using test::operator+;

namespace {

/// A one-block llama2.c model with the vocabulary of bytes, as its two files.
void writeLlama2c(const Path& weights, const Path& tokenizer)
{
    constexpr int kHidden = 4, kInner = 3, kPositions = 8, kPieces = 259;
    const int header[7] = {kHidden, kInner, 1, 1, 1, kPieces, kPositions};
    std::string content(reinterpret_cast<const char*>(header), sizeof header);
    const int count = kPieces * kHidden + 3 * kHidden + 4 * kHidden * kHidden +
                      3 * kHidden * kInner + kPositions * kHidden;
    for (int i = 0; i < count; ++i) {
        const float value = 0.01F * static_cast<float>(i % 17);
        content.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    writeFileAtomically(weights, content);
    std::string pieces(4, '\0');
    const auto add = [&](const std::string& text) {
        const float score = 0;
        const auto length = static_cast<int>(text.size());
        pieces.append(reinterpret_cast<const char*>(&score), sizeof score);
        pieces.append(reinterpret_cast<const char*>(&length), sizeof length);
        pieces += text;
    };
    for (const char* name : {"<unk>", "\n<s>\n", "\n</s>\n"}) {
        add(name);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", byte);
        add(name);
    }
    writeFileAtomically(tokenizer, pieces);
}

} // namespace

TEST(wrongUseEndsWithTwoAndASuggestion)
{
    test::verifyRefused({"evaluate", "bogus", "--model", demoModel()}, 2,
                        {"no evaluation called \"bogus\"", "Known are perplexity"});
    test::verifyRefused({"evaluate", "perplexity", "--model", demoModel()}, 2,
                        {"--data is missing"});
    test::verifyRefused({"apply", "prune-magnitude", "--model", demoModel(), "--threads", "100000"},
                        2, {"--threads is \"100000\"", "at most 1024"});
    test::verifyRefused(
        {"apply", "prune-magnitude", "--model", demoModel(), "--seed", "99999999999999999999"}, 2,
        {"at least 0 and at most 9223372036854775807"});
    test::verifyRefused({"methods", "--json=false"}, 2, {"--json takes no value"});
    test::verifyRefused({"aply"}, 2, {"There is no verb \"aply\"", "Did you mean apply?"});
    test::verifyRefused({"apply", "prune-wanda", "--modle", demoModel()}, 2,
                        {"no option --modle", "Did you mean --model?"});
    test::verifyRefused({"apply", "prune-wanda", "--model", demoModel(), "--sparsty", "0.5"}, 2,
                        {"no option --sparsty", "Did you mean --sparsity?"});
    test::verifyRefused({"apply"}, 2, {"The method is missing"});
    test::verifyRefused({"apply", "prune-wanda", "extra"}, 2, {"\"extra\" stands alone"});
    test::verifyRefused({"apply", "prune-wanda", "--threads", "many"}, 2,
                        {"--threads is \"many\"", "whole number"});
    test::verifyRefused({"apply", "prune-wanda", "--dtype", "fp8"}, 2, {"fp32, bf16 or fp16"});
    test::verifyRefused({"apply", "prune-wanda", "--model"}, 2, {"--model needs a value"});
    test::verifyRefused({"apply", "prune-wanda", "--seed", "1", "--seed", "2"}, 2,
                        {"--seed is given twice"});
    test::verifyRefused({"evaluate", "perplexity"}, 2, {"--model is missing"});
    test::verifyRefused(
        {"evaluate", "speed", "--model", demoModel(), "--data", "builtin:tinystories"}, 2,
        {"The evaluation speed takes no data"});
    test::verifyRefused({"tokenize", "--model", demoModel()}, 2, {"either --text or --file"});
    test::verifyRefused({"runs"}, 2, {"action", "missing"});
    test::verifyRefused({"models", "steal"}, 2, {"no models action \"steal\""});
    test::verifyRefused({"store", "burn"}, 2, {"no store action \"burn\""});
    COMPARE(espalierRun({}).exitCode, 2);
}

TEST(whatCannotBeFoundEndsWithThree)
{
    test::verifyRefused({"apply", "prune-wnda", "--model", demoModel()}, 3,
                        {"no method called prune-wnda", "Did you mean prune-wanda?"});
    test::verifyRefused(
        {"evaluate", "perplexity", "--model", "/nowhere", "--data", "builtin:tinystories"}, 3,
        {"/nowhere"});
    const Words evaluate{"evaluate", "perplexty", "--model", demoModel()};
    test::verifyRefused(evaluate + Words{"--data", "builtin:tinystories"}, 2,
                        {"no evaluation called \"perplexty\""});
    test::verifyRefused({"run", "/nowhere/recipe.yaml"}, 3, {"/nowhere/recipe.yaml"});
}

TEST(helpIsThereForEveryVerb)
{
    const auto all = espalierRun({"--help"});
    COMPARE(all.exitCode, 0);
    for (const std::string verb : {"apply", "run", "evaluate", "generate", "tokenize", "methods",
                                   "models", "runs", "report", "store"}) {
        VERIFY2(contains(all.out, verb), verb);
        const auto help = espalierRun({verb, "--help"});
        VERIFY2(help.exitCode == 0 && help.err.empty(), verb + ": " + help.text());
        VERIFY2(contains(help.out, "espalier-run " + verb), verb + ": " + help.text());
        VERIFY2(contains(help.out, "--json"), verb + ": " + help.text());
    }
    VERIFY(contains(all.out, "75 interrupted"));
    VERIFY(contains(espalierRun({"apply", "prune-wanda", "--help"}).out, "--sparsity X"));
    VERIFY(contains(espalierRun({"--version"}).out, "espalier"));
}

TEST(errorsAreAJsonDocumentWhereOneIsAskedFor)
{
    const Json usage = jsonOf({"apply", "prune-wanda", "--modle", "x"}, 2);
    COMPARE(usage["error"]["code"].get<std::string>(), "usage");
    const Json missing = jsonOf(
        {"evaluate", "perplexity", "--model", "/nowhere", "--data", "builtin:tinystories"}, 3);
    COMPARE(missing["error"]["code"].get<std::string>(), "not-found");
    VERIFY(contains(missing["error"]["message"].get<std::string>(), "/nowhere"));
}

TEST(evaluatesFourWays)
{
    const Words data{"--model", demoModel(), "--data", "builtin:tinystories", "--length",
                     "64",      "--windows", "6",      "--threads",           "1"};
    const Json perplexity = jsonOf(Words{"evaluate", "perplexity"} + data);
    const auto tokens = perplexity["tokens"].get<double>();
    COMPARE(tokens, 6 * 63.0);
    COMPARE_CLOSE(perplexity["perplexity"].get<double>(),
                  std::exp(perplexity["nll"].get<double>() / tokens), 1e-9);
    for (const char* key : {"standard_error", "windows", "length", "seconds", "peak_rss_bytes"}) {
        VERIFY2(perplexity[key].is_number(), key);
    }
    VERIFY(!perplexity["data"]["text_fingerprint"].get<std::string>().empty());

    const Json divergence =
        jsonOf(Words{"evaluate", "divergence", "--reference", demoModel()} + data);
    COMPARE_CLOSE(divergence["mean_kld"].get<double>(), 0, 1e-9); // from itself
    COMPARE(divergence["same_top_p"].get<double>(), 1.0);

    const Json footprint = jsonOf({"evaluate", "footprint", "--model", demoModel()});
    COMPARE(footprint["parameters"].get<int>(), 260032);
    VERIFY(footprint["bytes"].get<int>() > 4 * 260032);

    const Json speed = jsonOf({"evaluate", "speed", "--model", demoModel(), "--threads", "1"});
    VERIFY(speed["decode_tokens_per_second"].get<double>() > 0);
    VERIFY(speed["prefill_tokens_per_second"].get<double>() > 0);

    const auto table = espalierRun(Words{"evaluate", "perplexity"} + data);
    VERIFY2(table.exitCode == 0 && contains(table.out, "Figure") && table.err.empty(),
            table.text());
}

TEST(greedyTextIsThatOfTheReference)
{
    const Json reference =
        parseJson(readFile(test::dataFolder() / "model" / "stories260k-greedy.json"), "greedy");
    auto tokens = reference["tokens"].get<std::vector<std::int32_t>>();
    constexpr std::size_t kShown = 60;
    tokens.resize(kShown + 1); // <s> first
    const auto tokenizer = Tokenizer::open(demoModel());
    const Words words{
        "generate",  "--model", demoModel(), "--prompt", "", "--tokens", std::to_string(kShown),
        "--threads", "1"};
    const Json json = jsonOf(words);
    COMPARE(json["prompt_tokens"], Json(std::vector<int>{1}));
    COMPARE(json["text"].get<std::string>(), tokenizer->decode(tokens));
    COMPARE(json["tokens"].size(), kShown);
    const auto text = espalierRun(words);
    COMPARE(text.out, json["text"].get<std::string>() + "\n");
    // Sampling: equal seeds, equal text.
    const Words warm = words + Words{"--temperature", "1.2"};
    const Json first = jsonOf(warm + Words{"--seed", "3"});
    const Json second = jsonOf(warm + Words{"--seed", "3"});
    const Json other = jsonOf(warm + Words{"--seed", "4"});
    COMPARE(second["text"], first["text"]);
    VERIFY(other["text"] != first["text"]);
}

TEST(tokenizesTextAndFilesAlike)
{
    const test::TempFolder folder;
    const std::string text = "Once upon a time, there was a little girl.";
    writeFileAtomically(folder.path() / "text", text);
    const Words words{"tokenize", "--model", demoModel()};
    const Json one = jsonOf(words + Words{"--text", text});
    COMPARE(one, jsonOf(words + Words{"--file", (folder.path() / "text").string()}));
    COMPARE(one["count"].get<std::size_t>(), one["ids"].size());
    COMPARE(one["tokens"].size(), one["ids"].size());
    VERIFY2(contains(one["decoded"].get<std::string>(), "there was a little girl."), one.dump());
    std::string ids;
    for (const Json& id : one["ids"]) {
        ids += (ids.empty() ? "" : " ") + id.dump();
    }
    COMPARE(espalierRun(words + Words{"--text", text}).out, ids + "\n");
}

TEST(tokenizesPairsConversationsAndTellsOffsets)
{
    const Words words{"tokenize", "--model", demoModel(), "--text", "A tree"};
    const Json one = jsonOf(words + Words{"--offsets"});
    COMPARE(one["offsets"].size(), one["ids"].size());
    COMPARE(one["offsets"].back()[1].get<int>(), 6);
    COMPARE(jsonOf(words + Words{"--max-length", "2"})["count"].get<int>(), 2);
    const Json pair = jsonOf(words + Words{"--pair", "grows", "--no-special"});
    VERIFY(pair["count"] > jsonOf(words + Words{"--no-special"})["count"]);
    const Json chat = jsonOf(words + Words{"--chat", "zephyr", "--system", "Be brief."});
    COMPARE(chat["text"].get<std::string>(),
            "<|system|>\nBe brief.</s>\n<|user|>\nA tree</s>\n<|assistant|>\n");
    test::verifyRefused(words + Words{"--chat", "odd"}, 3, {"There is no chat template \"odd\""});
    test::verifyRefused(words + Words{"--chat", "auto"}, 3, {"has a chat template", "chatml"});
    test::verifyRefused(words + Words{"--system", "x"}, 2, {"--system needs --chat"});
}

TEST(listsMethodsAndSaysWhyALibraryWasRefused)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "broken.so", "no library");
    const test::Process::Environment environment{{"ESPALIER_PLUGIN_PATH", folder.path().string()}};
    const auto listed = espalierRun({"methods", "--json"}, environment);
    const Json json = test::documentIn(listed);
    std::vector<std::string> ids;
    for (const Json& method : json["methods"]) {
        ids.push_back(method["id"]);
    }
    for (const char* id : {"distill-logits", "prune-magnitude", "prune-sparsegpt", "prune-wanda"}) {
        VERIFY2(std::ranges::find(ids, id) != ids.end(), id);
    }
    bool told = false;
    for (const Json& plugin : json["plugins"]) {
        told = told || (plugin["id"] == "broken" && !plugin["reason"].get<std::string>().empty());
    }
    VERIFY2(told, listed.out);
    VERIFY(contains(espalierRun({"methods"}, environment).out, "Refused: "));

    const Json wanda = jsonOf({"methods", "prune-wanda"});
    COMPARE(wanda["needs"]["calibration"].get<std::string>(), "required");
    COMPARE(wanda["params"][0]["key"].get<std::string>(), "sparsity");
    const auto text = espalierRun({"methods", "distill-logits"});
    VERIFY2(contains(text.out, "teacher required") && contains(text.out, "--steps N"), text.out);
}

TEST(keepsAListOfModels)
{
    const test::TempFolder folder;
    const std::string workspace = (folder.path() / "w").string();
    const auto models = [&](const Words& words) {
        return jsonOf(Words{"models"} + words + Words{"--workspace", workspace})["models"];
    };
    COMPARE(models({"list"}).size(), 0U);
    models({"add", demoModel(), "--name", "demo"});
    const Path weights = folder.path() / "m.bin", tokenizer = folder.path() / "t.bin";
    writeLlama2c(weights, tokenizer);
    const std::string out = (folder.path() / "imported").string();
    const Json imported =
        models({"import", weights.string(), "--tokenizer", tokenizer.string(), "--out", out});
    COMPARE(imported[0]["blocks"].get<int>(), 1);
    COMPARE(imported[0]["vocabulary"].get<int>(), 259);
    const Json all = models({"list"});
    COMPARE(all.size(), 2U);
    COMPARE(all[0]["name"].get<std::string>(), "demo");
    COMPARE(all[1]["folder"].get<std::string>(), out);
    const Json shown = models({"show", "demo"})[0];
    COMPARE(shown["parameters"].get<int>(), 260032);
    COMPARE(shown["family"].get<std::string>(), "llama");
    std::filesystem::remove_all(out); // a disk that is gone must not hide the others
    VERIFY(contains(models({"list"})[1]["problem"].get<std::string>(), "imported"));
    const auto table = espalierRun({"models", "list", "--workspace", workspace});
    VERIFY2(contains(table.out, "demo") && contains(table.out, "llama"), table.text());
    test::verifyRefused({"models", "add", (folder.path() / "none").string()}, 3, {"none"});
}
