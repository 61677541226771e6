// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugins/distill-logits/DistillHarness.h"

using namespace espalier;
using namespace espalier::test;

namespace {

std::vector<std::string> issueKeys(const ParamValues& values, const ModelConfig* config = nullptr)
{
    std::vector<std::string> keys;
    for (const ParamIssue& issue : distillLogits().issues(values, config)) {
        keys.push_back(issue.key);
    }
    return keys;
}

using Keys = std::vector<std::string>;

} // namespace

TEST(copyOfTheTeacherHasNothingToLearn)
{
    const TinyPair pair;
    const auto student = pair.student({});
    TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"),
           shortTraining({{"blocks", ""}, {"steps", 1}}), monitor);
    COMPARE_CLOSE(monitor.series.at("held_out/kl/maximum").front().value, 0, 1e-6);
    COMPARE_CLOSE(monitor.last("train/gradient_norm"), 0, 1e-5);
}

TEST(teacherStaysAsItIs)
{
    const TinyPair pair;
    const auto before = weightsOf(*pair.teacher);
    const auto student = pair.student();
    TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor);
    VERIFY(equalBits(weightsOf(*pair.teacher), before));
    for (const Tensor& parameter : pair.teacher->parameters()) {
        VERIFY(!parameter.requires_grad() && !parameter.grad().defined());
    }
}

TEST(stoppedAndResumedEqualsUninterrupted)
{
    const TinyPair pair;
    const auto whole = pair.student();
    TrainMonitor wholeMonitor;
    distil(pair.inputs(*whole, pair.folder.path() / "whole"), mixedLoss(), wholeMonitor);
    for (const std::int64_t stopAfter : {2, 7, 13, 20}) {
        const Path folder = pair.folder.path() / std::to_string(stopAfter);
        TrainMonitor before;
        before.stopAfter = stopAfter;
        const auto first = pair.student();
        try {
            distil(pair.inputs(*first, folder), mixedLoss(), before);
            VERIFY2(false, "was not stopped");
        } catch (const Cancelled&) {
        }
        TrainMonitor after;
        after.series = before.seriesAtResumePoint;
        const auto second = pair.student();
        RunInputs inputs = pair.inputs(*second, folder);
        inputs.resume = before.resumePoint;
        distil(std::move(inputs), mixedLoss(), after);
        VERIFY(equalBits(weightsOf(*second), weightsOf(*whole)));
        VERIFY(after.series == wholeMonitor.series);
    }
}

TEST(prunedStudentStaysPruned)
{
    const TinyPair pair;
    const auto student = pair.student({});
    for (Linear* linear : student->linears()) {
        at::manual_seed(static_cast<std::uint64_t>(linear->weight().numel()));
        linear->setMask(at::rand_like(linear->weight()) > 0.5);
    }
    std::vector<double> sparsities;
    for (const Linear* linear : student->linears()) {
        sparsities.push_back(linear->sparsity());
    }
    TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"),
           shortTraining({{"blocks", ""}, {"weight-decay", 0.1}}), monitor);
    for (std::size_t i = 0; i < sparsities.size(); ++i) {
        COMPARE(student->linears()[i]->sparsity(), sparsities[i]);
    }
    VERIFY(monitor.last("held_out/kl/mean") < monitor.series.at("held_out/kl/mean").front().value);
}

TEST(bf16ProductsKeepFp32Weights)
{
    const TinyPair pair;
    const auto plain = pair.student();
    const auto cast = pair.student();
    TrainMonitor plainMonitor;
    TrainMonitor castMonitor;
    distil(pair.inputs(*plain, pair.folder.path() / "plain"), shortTraining(), plainMonitor);
    distil(pair.inputs(*cast, pair.folder.path() / "cast"), shortTraining({{"autocast", true}}),
           castMonitor);
    COMPARE(cast->parameters().front().scalar_type(), at::kFloat);
    VERIFY(!equalBits(weightsOf(*plain), weightsOf(*cast)));
    const double start = castMonitor.series.at("held_out/kl/mean").front().value;
    VERIFY(castMonitor.last("held_out/kl/mean") < 0.8 * start);
    COMPARE_CLOSE(castMonitor.last("held_out/kl/mean") / plainMonitor.last("held_out/kl/mean"), 1,
                  0.1);
}

TEST(bf16WeightsLearnThroughMasters)
{
    const TinyPair pair;
    const auto student =
        CausalLM::open(pair.teacherFolder, {.dtype = NumberType::BFloat16, .keepBlocks = {0, 2}});
    TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor);
    COMPARE(student->parameters().front().scalar_type(), at::kBFloat16);
    VERIFY(monitor.last("held_out/kl/mean") <
           0.8 * monitor.series.at("held_out/kl/mean").front().value);
}

TEST(batchIsTheRuns)
{
    // Two passes of 2 windows see what one pass of 4 sees; passes of 3 see other windows.
    const auto train = [](std::int64_t batch, std::int64_t accumulate, TrainMonitor& monitor) {
        TinyPair pair;
        pair.spec.batch = batch;
        const auto student = pair.student();
        distil(pair.inputs(*student, pair.folder.path() / "run"),
               shortTraining({{"accumulate", accumulate}}), monitor);
    };
    TrainMonitor twice;
    TrainMonitor once;
    TrainMonitor other;
    train(2, 2, twice);
    train(4, 1, once);
    train(3, 2, other);
    const auto firstLoss = [](const TrainMonitor& monitor) {
        return monitor.series.at("train/loss/total").front().value;
    };
    COMPARE_CLOSE(firstLoss(once) / firstLoss(twice), 1, 1e-6);
    COMPARE_CLOSE(once.last("held_out/kl/mean") / twice.last("held_out/kl/mean"), 1, 1e-3);
    VERIFY(std::abs(firstLoss(other) / firstLoss(twice) - 1) > 1e-4);
}

TEST(differentVocabulariesAreRefused)
{
    TinyPair pair;
    const Path other = makeTinyModel(pair.folder.path() / "other", {.vocab = 98});
    pair.spec.model = other.string();
    const auto student = CausalLM::open(other);
    TrainMonitor monitor;
    VERIFY_FAILS(distil(pair.inputs(*student, pair.folder.path() / "run"),
                        shortTraining({{"blocks", ""}}), monitor),
                 ErrorCode::InvalidInput, "the student's has 98 tokens, the teacher's 96");
}

TEST(studentThatIsNotTheChoiceIsRefused)
{
    const TinyPair pair;
    const auto student = pair.student({});
    TrainMonitor monitor;
    VERIFY_FAILS(
        distil(pair.inputs(*student, pair.folder.path() / "run"), shortTraining(), monitor),
        ErrorCode::InvalidInput, "chooses 2 blocks of the teacher, but the student has 3");
}

TEST(missingTeacherIsRefused)
{
    const TinyPair pair;
    const auto student = pair.student();
    TrainMonitor monitor;
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
    COMPARE(issueKeys({{"kl-weight", 0.0}, {"tvd-weight", 0.5}}), Keys{});
    COMPARE(issueKeys({{"tvd-weight", -0.5}}), Keys{"tvd-weight"});
    COMPARE(issueKeys({{"jsd-weight", 0.5}, {"jsd-beta", 0.01}}), Keys{"jsd-beta"});
    COMPARE(issueKeys({{"jsd-beta", 0.01}}), Keys{}); // nothing uses it
    COMPARE(issueKeys({{"steps", 20}, {"warm-up", 20}}), Keys{"warm-up"});
    COMPARE(issueKeys({{"steps", 1}}), Keys{});
    COMPARE(issueKeys({{"learning-rate", 1e-4}, {"learning-rate-floor", 1e-3}}),
            Keys{"learning-rate-floor"});
    COMPARE(issueKeys({{"batch", 2}}), Keys{"batch"}); // it is the run's
    COMPARE(issueKeys({{"divergence", "forwrd-kl"}}), Keys{"divergence"});
    const auto warned =
        distillLogits().issues({{"divergence", "jsd"}, {"jsd-beta", 0.01}}, nullptr);
    COMPARE(warned.size(), std::size_t{1});
    VERIFY(!warned.front().blocks);
}

TEST(sizeIsSaidBeforehand)
{
    const TinyPair pair;
    const ModelConfig& config = pair.teacher->config();
    const auto values = completed({{"blocks", "0,2"}}, distillLogits().params());
    const Expectation lines = distillLogits().expectation(config, values);
    // 96 x 32 embedding, 3 x (2 x 32 x 32 + 2 x 32 x 16 + 3 x 32 x 48 + 2 x 32) blocks, 32: 26240;
    // of 2: 18528
    COMPARE(lines.front().headline, "71 % of the teacher's parameters");
}
