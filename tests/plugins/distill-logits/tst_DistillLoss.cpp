// SPDX-License-Identifier: GPL-3.0-or-later
// Which loss is trained: each divergence, sums of them, and their gradients in the whole model.
#include "tests/plugins/distill-logits/DistillHarness.h"

using namespace espalier;
using namespace espalier::test;

namespace {

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
    const TinyPair pair;
    const std::vector<std::pair<std::string, std::string>> kinds = {
        {"forward-kl", "forward_kl"},
        {"reverse-kl", "reverse_kl"},
        {"jsd", "jsd"},
        {"tvd", "tvd"},
        {"skew-forward-kl", "skew_forward_kl"},
        {"skew-reverse-kl", "skew_reverse_kl"}};
    for (const auto& [kind, series] : kinds) {
        const auto student = pair.student();
        TrainMonitor monitor;
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

TEST(sumsOfDivergencesAreTrained)
{
    const TinyPair pair;
    const auto student = pair.student();
    TrainMonitor monitor;
    distil(pair.inputs(*student, pair.folder.path() / "sum"), mixedLoss(), monitor);
    for (const std::string prefix : {"train/loss/", "held_out/loss/"}) {
        const auto last = [&](const char* term) { return monitor.last(prefix + term); };
        // T^2 = 4 stands before the soft terms only.
        const double sum = 4 * (0.6 * last("forward_kl") + 0.3 * last("jsd") + 0.1 * last("tvd")) +
                           0.2 * last("ce");
        COMPARE_CLOSE(last("total") / sum, 1, 1e-5);
        COMPARE(monitor.series.count(prefix + "reverse_kl"), std::size_t{0});
    }
    COMPARE(monitor.series.at("train/loss/jsd").size(), std::size_t{12});
    const auto& kl = monitor.series.at("held_out/kl/mean");
    VERIFY(kl.back().value < 0.8 * kl.front().value);
}

TEST(weightAddedToTheChosenDivergenceIsItsOwn)
{
    const TinyPair pair;
    const auto a = pair.student();
    const auto b = pair.student();
    TrainMonitor monitors[2];
    distil(pair.inputs(*a, pair.folder.path() / "a"), shortTraining({{"divergence", "jsd"}}),
           monitors[0]);
    distil(pair.inputs(*b, pair.folder.path() / "b"),
           shortTraining({{"divergence", "jsd"}, {"kl-weight", 0.25}, {"jsd-weight", 0.75}}),
           monitors[1]);
    VERIFY(equalBits(weightsOf(*a), weightsOf(*b)));
    VERIFY(monitors[0].series == monitors[1].series);
}

TEST(gradientsAreThoseOfTheWholeLoss)
{
    for (const bool tied : {true, false}) {
        TinyPair pair;
        pair.teacherFolder = makeTinyModel(pair.folder.path() / "pair", {.tied = tied});
        pair.spec.model = pair.spec.teacher = pair.teacherFolder.string();
        pair.teacher = CausalLM::open(pair.teacherFolder);
        pair.calibration.tokens =
            pair.calibration.tokens.narrow(0, 0, 4); // one step sees all of it
        const auto student = pair.student();
        for (Tensor& parameter : student->parameters()) {
            parameter.requires_grad_(true);
        }
        const Tensor loss =
            wholeLoss(*student, *pair.teacher, pair.calibration.tokens.to(at::kLong));
        loss.backward();
        double squares = 0;
        for (Tensor& parameter : student->parameters()) {
            squares += parameter.grad().square().sum().item<double>();
            parameter.mutable_grad().reset();
            parameter.requires_grad_(false);
        }
        TrainMonitor monitor;
        distil(pair.inputs(*student, pair.folder.path() / "run"),
               shortTraining({{"steps", 1}, {"ce-weight", 0.5}}), monitor);
        COMPARE_CLOSE(monitor.last("train/loss/total"), loss.item<double>(), 1e-5);
        COMPARE_CLOSE(monitor.last("train/gradient_norm") / std::sqrt(squares), 1.0, 1e-4);
    }
}
