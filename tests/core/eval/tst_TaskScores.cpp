// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/HarnessJson.h"
#include "core/eval/TaskScores.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/core/grad_mode.h>

#include <fstream>
#include <numbers>

using namespace espalier;
using namespace espalier::test;
using namespace std::string_literals;

namespace {

Path written(const Path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

/// A tokenizer of one token a character; <s> is 1, the space 3, "a" 3 + 'a' - ' '.
PromptTokens prompts(const TempFolder& temp)
{
    return PromptTokens(makeTinyModel(temp.path() / "model"));
}

const char* kPiqa = "{\"goal\":\"go\",\"sol1\":\"a\",\"sol2\":\"bcd\",\"label\":0}\n"
                    "{\"goal\":\"do\",\"sol1\":\"ab\",\"sol2\":\"c\",\"label\":1}\n";

} // namespace

TEST(pairsArePartedAsTheHarnessPartsThem)
{
    const TempFolder temp;
    const PromptTokens tokens = prompts(temp);
    const EncodedPair plain = tokens.encodePair("ab", " c", 100);
    const std::int64_t begun = tokens.beginAdded() ? 1 : 0;
    COMPARE(plain.firstScored, 2 + begun);
    COMPARE(plain.tokens.size(), static_cast<std::size_t>(4 + begun));
    // White space at the end of the context belongs to the continuation.
    const EncodedPair spaced = tokens.encodePair("ab  ", "c", 100);
    COMPARE(spaced.firstScored, 2 + begun);
    COMPARE(spaced.tokens.size(), static_cast<std::size_t>(5 + begun));
    // Nothing before: BOS stands there, once.
    const EncodedPair alone = tokens.encodePair("", " c", 100);
    COMPARE(alone.tokens.front(), tokens.prefix());
    COMPARE(alone.firstScored, 1);
    COMPARE(alone.tokens.size(), 3U);
    // Three positions go before the model: the left is cut.
    const EncodedPair cut = tokens.encodePair("abcdefgh", " c", 3);
    COMPARE(cut.tokens.size(), 4U);
    COMPARE(cut.firstScored, 2);
    VERIFY_FAILS(tokens.encodePair("a", " cdef", 3), ErrorCode::InvalidInput, "has 5 tokens");
    VERIFY_FAILS(tokens.encodePair("a", "", 3), ErrorCode::InvalidInput, "has 0 tokens");
}

TEST(namesOfSpecialTokensAreRead)
{
    const TempFolder temp;
    const Path folder = makeTinyModel(temp.path() / "model");
    written(folder / "tokenizer_config.json",
            R"({"bos_token": {"content": "</s>"}, "eos_token": "<s>"})");
    COMPARE(PromptTokens(folder).prefix(), 2);
    written(folder / "tokenizer_config.json", R"({"bos_token": null, "eos_token": "<s>"})");
    COMPARE(PromptTokens(folder).prefix(), 1);
    written(folder / "tokenizer_config.json", "[]");
    VERIFY_FAILS(PromptTokens broken(folder), ErrorCode::Corrupt, "not a JSON object");
}

TEST(answersByHand)
{
    const TempFolder temp;
    const TaskForm& form = taskForm("piqa");
    const TaskData data = loadTask(form, written(temp.path() / "p.jsonl", kPiqa));
    // First: -2 against -3; by letter -2 against -1. Second: -4 against -2.5, -2 against -2.5.
    const TaskResult result =
        summarise(form, data.questions,
                  {{.logLikelihoods = {-2, -3}, .isGreedy = {false, false}},
                   {.logLikelihoods = {-4, -2.5}, .isGreedy = {false, true}}});
    COMPARE(result.metrics[0].name, "acc"s);
    COMPARE(result.metrics[0].estimate.value, 1.0);
    COMPARE(result.metrics[0].estimate.standardError, 0.0);
    COMPARE(result.metrics[1].name, "acc_norm"s);
    COMPARE(result.metrics[1].estimate.value, 0.0);
    COMPARE(result.metrics[3].name, "bits_per_byte"s);
    // 4.5 nat over "a" and "c".
    COMPARE_CLOSE(result.metrics[3].estimate.value, 4.5 / 2 / std::numbers::ln2, 1e-12);
    COMPARE_CLOSE(result.metrics[3].estimate.standardError, 0.25 / std::numbers::ln2, 1e-12);
}

TEST(lettersAndBytesDiffer)
{
    const TempFolder temp;
    const TaskForm& form = taskForm("piqa");
    // "éé": two characters, four bytes.
    const TaskData data = loadTask(
        form,
        written(temp.path() / "p.jsonl",
                "{\"goal\":\"go\",\"sol1\":\"\u00E9\u00E9\",\"sol2\":\"abc\",\"label\":0}\n"));
    const TaskResult result = summarise(
        form, data.questions, {{.logLikelihoods = {-5, -4.5}, .isGreedy = {false, false}}});
    VERIFY(!result.answers[0].isRight);         // -5 against -4.5
    VERIFY(!result.answers[0].isRightByLength); // -2.5 against -1.5
    VERIFY(result.answers[0].isRightByBytes);   // -1.25 against -1.5
    COMPARE(result.answers[0].goldBytes, 4.0);
}

TEST(lastWordsAreRightWhenGreedy)
{
    const TempFolder temp;
    const TaskForm& form = taskForm("lambada_openai");
    const TaskData data = loadTask(
        form, written(temp.path() / "l.jsonl", "{\"text\": \"a b\"}\n{\"text\": \"a c\"}\n"));
    const TaskResult result = summarise(form, data.questions,
                                        {{.logLikelihoods = {-1}, .isGreedy = {true}},
                                         {.logLikelihoods = {-3}, .isGreedy = {false}}});
    COMPARE(result.metrics[0].estimate.value, 0.5);
    COMPARE(result.metrics[1].name, "perplexity"s);
    COMPARE_CLOSE(result.metrics[1].estimate.value, std::exp(2.0), 1e-12);
    COMPARE_CLOSE(result.metrics[1].estimate.standardError, std::exp(2.0), 1e-12);
}

TEST(aModelsScoresAreItsLogits)
{
    const TempFolder temp;
    const Path folder = makeTinyModel(temp.path() / "model");
    const std::unique_ptr<CausalLM> model = CausalLM::open(folder);
    const PromptTokens tokens(folder);
    const TaskForm& form = taskForm("piqa");
    const TaskData data = loadTask(form, written(temp.path() / "p.jsonl", kPiqa));
    const TaskResult result = scoreTask(*model, tokens, form, data, 8, noStep);
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t c = 0; c < 2; ++c) {
            const TaskRequest& request = data.questions[i].requests[c];
            const EncodedPair pair = tokens.encodePair(request.context, request.continuation, 128);
            const std::vector<std::int64_t> ids(pair.tokens.begin(), pair.tokens.end());
            const Tensor logP =
                at::log_softmax(model->logits(at::tensor(ids).unsqueeze(0))[0].to(at::kDouble), 1);
            double sum = 0;
            for (auto t = static_cast<std::size_t>(pair.firstScored); t < ids.size(); ++t) {
                sum += logP[static_cast<std::int64_t>(t) - 1][ids[t]].item<double>();
            }
            COMPARE_CLOSE(result.answers[i].logLikelihoods[c], sum, 1e-4);
        }
    }
    VERIFY(result.computed <= result.tokens + result.padding);
}

TEST(filesAreShapedAsTheHarnesss)
{
    const TempFolder temp;
    const TaskForm& form = taskForm("piqa");
    const TaskData data = loadTask(form, written(temp.path() / "p.jsonl", kPiqa));
    const TaskResult result =
        summarise(form, data.questions,
                  {{.logLikelihoods = {-2, -3}, .isGreedy = {false, false}},
                   {.logLikelihoods = {-4, -2.5}, .isGreedy = {false, true}}});
    const HarnessTask task{.name = "piqa",
                           .version = "1.0",
                           .outputType = "multiple_choice",
                           .metrics = result.metrics,
                           .shots = 3,
                           .available = 2,
                           .asked = 2,
                           .samples = harnessSamples(form, data, result)};
    const std::vector<Path> files = writeHarnessFiles(temp.path() / "out", task,
                                                      {.model = "models/tiny",
                                                       .dtype = "bf16",
                                                       .batch = 8,
                                                       .startedAt = 1000,
                                                       .endedAt = 1001.5});
    COMPARE(files.size(), 2U);
    COMPARE(files[0].string(),
            (temp.path() / "out/tiny/results_1970-01-01T00-16-41.500000.json").string());
    COMPARE(files[1].filename().string(), "samples_piqa_1970-01-01T00-16-41.500000.jsonl"s);
    const Json results = Json::parse(readFile(files[0]));
    const Json& figures = results.at("results").at("piqa");
    COMPARE(figures.at("acc,none").get<double>(), 1.0);
    COMPARE(figures.at("acc_stderr,none").get<double>(), 0.0);
    COMPARE(figures.at("alias").get<std::string>(), "piqa"s);
    COMPARE(results.at("versions").at("piqa").get<double>(), 1.0);
    COMPARE(results.at("n-shot").at("piqa").get<int>(), 3);
    COMPARE(results.at("n-samples").at("piqa").at("effective").get<int>(), 2);
    COMPARE(results.at("config").at("batch_size").get<int>(), 8);
    COMPARE(results.at("config").at("model_dtype").get<std::string>(), "bf16"s);
    VERIFY(results.at("higher_is_better").at("piqa").at("acc").get<bool>());
    std::ifstream lines(files[1]);
    std::string line;
    std::getline(lines, line);
    const Json sample = Json::parse(line);
    COMPARE(sample.at("doc_id").get<int>(), 0);
    COMPARE(sample.at("doc").at("goal").get<std::string>(), "go"s);
    COMPARE(sample.at("arguments").at("gen_args_1").at("arg_1").get<std::string>(), " bcd"s);
    COMPARE(sample.at("filtered_resps"), Json::parse(R"([["-2.0", "False"], ["-3.0", "False"]])"));
    COMPARE(sample.at("resps").at(1).at(0).at(0).get<std::string>(), "-3.0"s);
    COMPARE(sample.at("target").get<std::string>(), "0"s);
    COMPARE(sample.at("acc").get<double>(), 1.0);
}
