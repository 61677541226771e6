// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/MethodCatalog.h"
#include "tests/core/train/TrainHarness.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

const Method& distillLogits()
{
    static const MethodCatalog kCatalog(pluginFolders({}));
    return kCatalog.require("distill-logits");
}

ParamValues shortTraining(ParamValues more = {})
{
    ParamValues values = {{"blocks", "0,2"},       {"steps", 12},         {"learning-rate", 5e-3},
                          {"checkpoint-every", 5}, {"evaluate-every", 4}, {"accumulate", 2}};
    for (const auto& [key, value] : more) {
        values[key] = value;
    }
    return values;
}

void distil(RunInputs inputs, const ParamValues& values, test::TrainMonitor& monitor)
{
    const auto issues = distillLogits().issues(values, nullptr);
    VERIFY2(issues.empty(), issues.empty() ? "" : issues.front().message);
    RunContext run(std::move(inputs), monitor);
    distillLogits().run(run, completed(values, distillLogits().params()));
    monitor.series.erase("train/tokens_per_second");
}

std::vector<std::string> issueKeys(const ParamValues& values, const ModelConfig* config = nullptr)
{
    std::vector<std::string> keys;
    for (const ParamIssue& issue : distillLogits().issues(values, config)) {
        keys.push_back(issue.key);
    }
    return keys;
}

using Keys = std::vector<std::string>;

/// KL(teacher || student) + 0.5 CE, a mean over tokens, from whole logits.
Tensor wholeLoss(CausalLM& student, CausalLM& teacher, const Tensor& windows)
{
    const Tensor inputs = windows.narrow(1, 0, windows.size(1) - 1);
    const Tensor targets = windows.narrow(1, 1, windows.size(1) - 1);
    const Tensor logQ = at::log_softmax(student.logits(inputs), -1);
    const Tensor logP = at::log_softmax(teacher.logits(inputs), -1).detach();
    const Tensor kl = (logP.exp() * (logP - logQ)).sum(-1);
    const Tensor ce = -logQ.gather(-1, targets.unsqueeze(-1)).squeeze(-1);
    return (kl + 0.5 * ce).mean();
}

} // namespace

TEST(everyDivergenceBringsTheStudentNearer)
{
    const test::TinyPair pair;
    const std::vector<std::pair<std::string, std::string>> kinds = {
        {"forward-kl", "forward_kl"},
        {"reverse-kl", "reverse_kl"},
        {"jsd", "jsd"},
        {"tvd", "tvd"},
        {"skew-forward-kl", "skew_forward_kl"},
        {"skew-reverse-kl", "skew_reverse_kl"}};
    for (const auto& [kind, series] : kinds) {
        const auto student = pair.student();
        test::TrainMonitor monitor;
        distil(pair.inputs(*student, pair.folder.path() / kind),
               shortTraining({{"divergence", kind}}), monitor);
        const auto& kl = monitor.series.at("held_out/kl/mean");
        COMPARE(kl.front().step, 0);
        COMPARE(kl.back().step, 12);
        VERIFY2(kl.back().value < 0.8 * kl.front().value,
                kind + ": " + std::to_string(kl.front().value) + " to " +
                    std::to_string(kl.back().value));
        COMPARE(monitor.series.at("train/loss/" + series).size(), std::size_t{12});
        VERIFY(monitor.last("train/kl/median") <= monitor.last("train/kl/p99"));
        VERIFY(monitor.last("train/kl/p999") <= monitor.last("train/kl/maximum"));
    }
}

TEST(gradientsAreThoseOfTheWholeLoss)
{
    for (const bool tied : {true, false}) {
        test::TinyPair pair;
        pair.teacherFolder = test::makeTinyModel(pair.folder.path() / "pair", {.tied = tied});
        pair.spec.model = pair.spec.teacher = pair.teacherFolder.string();
        pair.teacher = CausalLM::open(pair.teacherFolder);
        pair.calibration.tokens =
            pair.calibration.tokens.narrow(0, 0, 4); // one step sees all of it
        const auto student = pair.student();
        for (Tensor& parameter : student->parameters()) {
            parameter.requires_grad_(true);
        }
        const Tensor loss =
            wholeLoss(*student, *pair.teacher, pair.calibration.tokens.to(torch::kLong));
        loss.backward();
        double squares = 0;
        for (Tensor& parameter : student->parameters()) {
            squares += parameter.grad().square().sum().item<double>();
            parameter.mutable_grad().reset();
            parameter.requires_grad_(false);
        }
        test::TrainMonitor monitor;
        distil(pair.inputs(*student, pair.folder.path() / "run"),
               shortTraining({{"steps", 1}, {"ce-weight", 0.5}}), monitor);
        COMPARE_CLOSE(monitor.last("train/loss/total"), loss.item<double>(), 1e-5);
        COMPARE_CLOSE(monitor.last("train/gradient_norm") / std::sqrt(squares), 1.0, 1e-4);
    }
}

TEST(copyOfTheTeacherHasNothingToLearn)
{
    const test::TinyPair pair;
    const auto student = pair.student({});
    test::TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"),
           shortTraining({{"blocks", ""}, {"steps", 1}}), monitor);
    COMPARE_CLOSE(monitor.series.at("held_out/kl/maximum").front().value, 0, 1e-6);
    COMPARE_CLOSE(monitor.last("train/gradient_norm"), 0, 1e-5);
}

TEST(teacherStaysAsItIs)
{
    const test::TinyPair pair;
    const auto before = test::weightsOf(*pair.teacher);
    const auto student = pair.student();
    test::TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor);
    VERIFY(test::equalBits(test::weightsOf(*pair.teacher), before));
    for (const Tensor& parameter : pair.teacher->parameters()) {
        VERIFY(!parameter.requires_grad() && !parameter.grad().defined());
    }
}

TEST(stoppedAndResumedEqualsUninterrupted)
{
    const test::TinyPair pair;
    const auto whole = pair.student();
    test::TrainMonitor wholeMonitor;
    distil(pair.inputs(*whole, pair.folder.path() / "whole"), shortTraining(), wholeMonitor);
    for (const std::int64_t stopAfter : {2, 7, 13, 20}) {
        const Path folder = pair.folder.path() / std::to_string(stopAfter);
        test::TrainMonitor before;
        before.stopAfter = stopAfter;
        const auto first = pair.student();
        try {
            distil(pair.inputs(*first, folder), shortTraining(), before);
            VERIFY2(false, "was not stopped");
        } catch (const Cancelled&) {
        }
        test::TrainMonitor after;
        after.series = before.seriesAtResumePoint;
        const auto second = pair.student();
        RunInputs inputs = pair.inputs(*second, folder);
        inputs.resume = before.resumePoint;
        distil(std::move(inputs), shortTraining(), after);
        VERIFY(test::equalBits(test::weightsOf(*second), test::weightsOf(*whole)));
        VERIFY(after.series == wholeMonitor.series);
    }
}

TEST(prunedStudentStaysPruned)
{
    const test::TinyPair pair;
    const auto student = pair.student({});
    for (Linear* linear : student->linears()) {
        at::manual_seed(static_cast<std::uint64_t>(linear->weight().numel()));
        linear->setMask(at::rand_like(linear->weight()) > 0.5);
    }
    std::vector<double> sparsities;
    for (const Linear* linear : student->linears()) {
        sparsities.push_back(linear->sparsity());
    }
    test::TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"),
           shortTraining({{"blocks", ""}, {"weight-decay", 0.1}}), monitor);
    for (std::size_t i = 0; i < sparsities.size(); ++i) {
        COMPARE(student->linears()[i]->sparsity(), sparsities[i]);
    }
    VERIFY(monitor.last("held_out/kl/mean") < monitor.series.at("held_out/kl/mean").front().value);
}

TEST(bf16ProductsKeepFp32Weights)
{
    const test::TinyPair pair;
    const auto plain = pair.student();
    const auto cast = pair.student();
    test::TrainMonitor plainMonitor;
    test::TrainMonitor castMonitor;
    distil(pair.inputs(*plain, pair.folder.path() / "plain"), shortTraining(), plainMonitor);
    distil(pair.inputs(*cast, pair.folder.path() / "cast"), shortTraining({{"autocast", true}}),
           castMonitor);
    COMPARE(cast->parameters().front().scalar_type(), torch::kFloat);
    VERIFY(!test::equalBits(test::weightsOf(*plain), test::weightsOf(*cast)));
    const double start = castMonitor.series.at("held_out/kl/mean").front().value;
    VERIFY(castMonitor.last("held_out/kl/mean") < 0.8 * start);
    COMPARE_CLOSE(castMonitor.last("held_out/kl/mean") / plainMonitor.last("held_out/kl/mean"), 1,
                  0.1);
}

TEST(bf16WeightsLearnThroughMasters)
{
    const test::TinyPair pair;
    const auto student =
        CausalLM::open(pair.teacherFolder, {.dtype = NumberType::BFloat16, .keepBlocks = {0, 2}});
    test::TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor);
    COMPARE(student->parameters().front().scalar_type(), torch::kBFloat16);
    VERIFY(monitor.last("held_out/kl/mean") <
           0.8 * monitor.series.at("held_out/kl/mean").front().value);
}

TEST(batchIsTheRunsUnlessItIsGiven)
{
    const test::TinyPair pair;
    const auto a = pair.student();
    const auto b = pair.student();
    const auto c = pair.student();
    test::TrainMonitor monitors[3];
    distil(pair.inputs(*a, pair.folder.path() / "a"), shortTraining(), monitors[0]);
    distil(pair.inputs(*b, pair.folder.path() / "b"), shortTraining({{"batch", 2}}), monitors[1]);
    distil(pair.inputs(*c, pair.folder.path() / "c"), shortTraining({{"batch", 3}}), monitors[2]);
    VERIFY(test::equalBits(test::weightsOf(*a), test::weightsOf(*b)));
    VERIFY(!test::equalBits(test::weightsOf(*a), test::weightsOf(*c)));
}

TEST(differentVocabulariesAreRefused)
{
    test::TinyPair pair;
    const Path other = test::makeTinyModel(pair.folder.path() / "other", {.vocab = 98});
    pair.spec.model = other.string();
    const auto student = CausalLM::open(other);
    test::TrainMonitor monitor;
    VERIFY_FAILS(distil(pair.inputs(*student, pair.folder.path() / "run"),
                        shortTraining({{"blocks", ""}}), monitor),
                 ErrorCode::InvalidInput, "the student's has 98 tokens, the teacher's 96");
}

TEST(studentThatIsNotTheChoiceIsRefused)
{
    const test::TinyPair pair;
    const auto student = pair.student({});
    test::TrainMonitor monitor;
    VERIFY_FAILS(
        distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor),
        ErrorCode::InvalidInput, "chooses 2 blocks of the teacher, but the student has 3");
}

TEST(missingTeacherIsRefused)
{
    const test::TinyPair pair;
    const auto student = pair.student();
    test::TrainMonitor monitor;
    RunInputs inputs = pair.inputs(*student, pair.folder.path() / "run");
    inputs.teacher = nullptr;
    VERIFY_FAILS(distil(std::move(inputs), shortTraining(), monitor), ErrorCode::InvalidInput,
                 "needs a teacher");
}

TEST(parametersAreCheckedTogether)
{
    ModelConfig config;
    config.layers = 3;
    COMPARE(issueKeys({}, &config), Keys{});
    COMPARE(issueKeys({{"blocks", "even"}}, &config), Keys{});
    COMPARE(issueKeys({{"blocks", "0,3"}}, &config), Keys{"blocks"});
    COMPARE(issueKeys({{"blocks", "0,3"}}), Keys{}); // without a model nobody can tell
    COMPARE(issueKeys({{"kl-weight", 0.0}}), Keys{"kl-weight"});
    COMPARE(issueKeys({{"kl-weight", 0.0}, {"ce-weight", 1.0}}), Keys{});
    COMPARE(issueKeys({{"steps", 20}, {"warm-up", 20}}), Keys{"warm-up"});
    COMPARE(issueKeys({{"steps", 1}}), Keys{});
    COMPARE(issueKeys({{"learning-rate", 1e-4}, {"learning-rate-floor", 1e-3}}),
            Keys{"learning-rate-floor"});
    COMPARE(issueKeys({{"batch", 0}}), Keys{"batch"});
    COMPARE(issueKeys({{"divergence", "forwrd-kl"}}), Keys{"divergence"});
    const auto warned =
        distillLogits().issues({{"divergence", "jsd"}, {"jsd-beta", 0.01}}, nullptr);
    COMPARE(warned.size(), std::size_t{1});
    VERIFY(!warned.front().blocks);
}

TEST(sizeIsSaidBeforehand)
{
    const test::TinyPair pair;
    const ModelConfig& config = pair.teacher->config();
    const auto values = completed({{"blocks", "0,2"}}, distillLogits().params());
    const Expectation lines = distillLogits().expectation(config, values);
    // 96 x 32 embedding, 3 x (2 x 32 x 32 + 2 x 32 x 16 + 3 x 32 x 48 + 2 x 32) blocks, 32: 26240;
    // of 2: 18528
    COMPARE(lines.front().headline, "71 % of the teacher's parameters");
}
