// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/runner/RunnerFixture.h"

#include <cmath>
#include <filesystem>
#include <fstream>

// Protocols, tasks and base logits of espalier-run evaluate.

using namespace espalier;
using namespace std::string_literals;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::verifyRefused;
using test::Words;
using test::operator+;

namespace {

Words onStories(const Words& words)
{
    return Words{"evaluate"} + words +
           Words{"--model", demoModel(), "--data", "builtin:tinystories", "--threads", "1"};
}

std::string taskFile(const char* name)
{
    return (test::dataFolder() / "tasks" / name).string();
}

} // namespace

TEST(everyProtocolIsNamedWithItsNumber)
{
    const Json scripts = jsonOf(onStories({"perplexity", "--length", "64", "--windows", "6"}));
    COMPARE(scripts["protocol"].get<std::string>(), "scripts"s);
    const Json named =
        jsonOf(onStories({"--protocol", "scripts", "--length", "64", "--windows", "6"}));
    COMPARE(named["nll"].get<double>(), scripts["nll"].get<double>());
    const Json chunks =
        jsonOf(onStories({"--protocol", "llama.cpp", "--length", "64", "--windows", "6"}));
    COMPARE(chunks["protocol"].get<std::string>(), "llama.cpp"s);
    COMPARE(chunks["tokens"].get<int>(), 6 * 31);
    COMPARE(chunks["n"].get<int>(), 6);
    const Json rolling =
        jsonOf(onStories({"--protocol", "lm-eval", "--length", "64", "--windows", "3"}));
    for (const char* figure : {"word_perplexity", "byte_perplexity", "bits_per_byte"}) {
        VERIFY2(rolling[figure].get<double>() > 0, figure);
        VERIFY2(rolling[figure + "_stderr"s].get<double>() > 0, figure);
    }
    COMPARE_CLOSE(rolling["bits_per_byte"].get<double>(),
                  std::log2(rolling["byte_perplexity"].get<double>()), 1e-12);
    const Json lines =
        jsonOf(onStories({"--protocol", "per-sentence", "--length", "64", "--windows", "5"}));
    COMPARE(lines["n"].get<int>(), 5);
    COMPARE(lines["items"].get<std::string>(), "lines"s);
    const auto table =
        espalierRun(onStories({"--protocol", "llama.cpp", "--length", "64", "--windows", "2"}));
    VERIFY2(contains(table.out, "Protocol: llama.cpp") && contains(table.out, "Standard error"),
            table.text());
}

TEST(unknownNamesAreRefusedWithTheList)
{
    verifyRefused(onStories({"--protocol", "gptq"}), 2,
                  {"\"gptq\"", "scripts, llama.cpp, lm-eval, per-sentence"});
    verifyRefused({"evaluate", "--task", "mmlu", "--model", demoModel(), "--data", "x"}, 2,
                  {"\"mmlu\"", "blimp, boolq, piqa", "lambada_standard, wikitext"});
    verifyRefused(onStories({"perplexity", "--few-shot", "2"}), 2, {"has no --few-shot"});
    verifyRefused(onStories({"divergence", "--protocol", "scripts", "--reference", demoModel()}), 2,
                  {"has no --protocol"});
    verifyRefused(onStories({"--kld-base", "x"}), 2, {"Leave --data out"});
    verifyRefused({"evaluate", "--task", "piqa", "--model", demoModel()}, 2, {"--data"});
    verifyRefused(onStories({"--protocol", "scripts", "--write-kld", "x"}), 3, {"llama.cpp"});
}

TEST(everyTaskRunsAndIsWritten)
{
    const test::TempFolder temp;
    const std::pair<const char*, const char*> tasks[] = {{"blimp", "blimp.jsonl"},
                                                         {"boolq", "boolq.jsonl"},
                                                         {"piqa", "piqa.jsonl"},
                                                         {"hellaswag", "hellaswag.jsonl"},
                                                         {"winogrande", "winogrande.jsonl"},
                                                         {"arc_easy", "arc.jsonl"},
                                                         {"arc_challenge", "arc.jsonl"},
                                                         {"openbookqa", "openbookqa.jsonl"},
                                                         {"lambada_openai", "lambada.jsonl"}};
    for (const auto& [task, file] : tasks) {
        const std::string output = (temp.path() / task).string();
        const Words words{"evaluate",     "--task",    task,        "--data",
                          taskFile(file), "--model",   demoModel(), "--output",
                          output,         "--threads", "1"};
        const Json result = jsonOf(words);
        VERIFY2(contains(result["protocol"].get<std::string>(), "lm-eval "s + task), task);
        VERIFY2(result["acc"].is_number() && result["acc_stderr"].is_number(), result.dump());
        COMPARE(result["written"].size(), 2U);
        const Json written = Json::parse(std::ifstream(result["written"][0].get<std::string>()));
        COMPARE(written["results"][task]["acc,none"], result["acc"]);
        COMPARE(written["n-samples"][task]["effective"], result["n"]);
        std::ifstream samples(result["written"][1].get<std::string>());
        int lines = 0;
        for (std::string line; std::getline(samples, line); ++lines) {
            VERIFY(Json::parse(line).contains("filtered_resps"));
        }
        COMPARE(lines, result["n"].get<int>());
    }
    const Json shots = jsonOf({"evaluate", "--task", "piqa", "--data", taskFile("piqa.jsonl"),
                               "--few-shot", "2", "--limit", "3", "--model", demoModel()});
    COMPARE(shots["n"].get<int>(), 3);
    COMPARE(shots["available"].get<int>(), 6);
    COMPARE(shots["shots"].get<int>(), 2);
    const auto table = espalierRun(
        {"evaluate", "--task", "blimp", "--data", taskFile("blimp.jsonl"), "--model", demoModel()});
    VERIFY2(contains(table.out, "acc, made_agreement"), table.text());
}

TEST(baseLogitsAreWrittenAndRead)
{
    const test::TempFolder temp;
    const std::string file = (temp.path() / "base.kld").string();
    const Json written =
        jsonOf(onStories({"--write-kld", file, "--length", "64", "--windows", "4"}));
    COMPARE(written["kld_base"]["bytes"].get<std::uintmax_t>(), std::filesystem::file_size(file));
    const Json same = jsonOf({"evaluate", "--kld-base", file, "--model", demoModel()});
    COMPARE(same["n"].get<int>(), 4 * 31);
    COMPARE_CLOSE(same["mean_kld"].get<double>(), 0.0, 1e-4);
    VERIFY(same["same_top_p"].get<double>() > 0.98);
    COMPARE_CLOSE(same["perplexity"].get<double>(), written["perplexity"].get<double>(), 1e-3);
    const auto text = espalierRun({"evaluate", "--kld-base", file, "--model", demoModel()});
    VERIFY2(contains(text.out, "Mean    KLD:") && contains(text.out, "Same top p:"), text.text());
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 2);
    verifyRefused({"evaluate", "--kld-base", file, "--model", demoModel()}, 3, {"was cut off"});
}
