// SPDX-License-Identifier: GPL-3.0-or-later
// Logit distillation: a student learns the teacher's next-token distributions.
// Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015.
//
// clang-format off
//   z_T, z_S  logits of teacher and student [tokens x vocabulary], held for one chunk of tokens only
//   T         temperature; p = softmax(z_T / T), q = softmax(z_S / T)
//   y         the token that really comes next
//   alpha_k   weight of divergence D_k: `kl-weight` of the chosen one, `jsd-weight` and so on of
//             others; the hard term has its own (`ce-weight`)
//
//   L = T^2 sum_k alpha_k D_k(p, q) + ceWeight CE(y, softmax(z_S)), means over a step's scored tokens
// clang-format on
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"
#include "core/tokenizer/VocabularyCheck.h"
#include "core/train/BlockChoice.h"
#include "core/train/NextTokenPass.h"
#include "core/train/TrainLoop.h"
#include "plugins/distill-logits/DistillLogitsParams.h"

#include <cmath>
#include <string>

namespace espalier {

namespace {

/// The loss L over windows of tokens.
class SoftTargets : public TrainObjective {
public:
    SoftTargets(RunContext& run, const DistillLogitsParams& p)
        : m_student(run.model())
        , m_teacher(run.teacher())
        , m_studentPass(m_student, p.autocast ? Compute::BFloat16 : Compute::AsStored, run.device())
        , m_teacherPass(m_teacher, Compute::AsStored, run.device())
        , m_options{.divergences = p.loss.softTerms(),
                    .crossEntropyWeight = p.loss.ceWeight,
                    .temperature = p.loss.temperature,
                    .scale = p.loss.temperatureSquared ? TemperatureScale::Squared
                                                       : TemperatureScale::Plain,
                    .reduction = p.loss.reduction}
    {
    }

    std::int64_t scoredTokens(const Tensor& windows) const override
    {
        return windows.size(0) * (windows.size(1) - 1);
    }

    LossSums accumulate(const Tensor& windows, double scale) override
    {
        const Tensor teacher = m_teacherPass.hidden(windows);
        return named(
            m_studentPass.backward(windows, [&](const Tensor& hidden, HeadGradients& into) {
                return chunkedHeadLoss(m_options, {hidden, m_student.headWeight()},
                                       {teacher, m_teacher.headWeight()},
                                       NextTokenPass::targets(windows), scale, &into);
            }));
    }

    LossSums measure(const Tensor& windows) override
    {
        return named(chunkedHeadLoss(m_options,
                                     {m_studentPass.hidden(windows), m_student.headWeight()},
                                     {m_teacherPass.hidden(windows), m_teacher.headWeight()},
                                     NextTokenPass::targets(windows), 1.0, nullptr));
    }

private:
    LossSums named(const HeadLossSums& sums) const
    {
        LossSums result{.total = sums.total, .kl = sums.kl, .tokens = sums.tokens};
        for (std::size_t i = 0; i < m_options.divergences.size(); ++i) {
            result.parts.emplace_back(nameOf(m_options.divergences[i].kernel.kind),
                                      sums.divergences[i]);
        }
        result.parts.emplace_back("ce", sums.crossEntropy);
        return result;
    }

    CausalLM& m_student;
    CausalLM& m_teacher;
    NextTokenPass m_studentPass, m_teacherPass;
    HeadLossOptions m_options;
};

/// What cannot be distilled is refused before the first step.
void requirePair(RunContext& run, const DistillLogitsParams& p)
{
    const ModelConfig& teacher = run.teacher().config();
    const auto chosen = chosenBlocks(p.blocks, run.teacher().blocks());
    const auto kept = static_cast<std::int64_t>(chosen.size());
    if (kept > 0 && kept != run.model().blocks()) {
        throw Error(ErrorCode::InvalidInput,
                    "\"blocks\" is " + p.blocks + ", which chooses " + std::to_string(kept) +
                        " blocks of the teacher, but the student has " +
                        std::to_string(run.model().blocks()) +
                        ". With \"blocks\" the model must be the teacher's own folder.");
    }
    if (run.calibration().tokens.size(1) < 2) {
        throw Error(
            ErrorCode::InvalidInput,
            "Windows of 1 token have no next token to learn; choose a length of 2 at least.");
    }
    const std::string note =
        requireSameVocabulary({run.spec().model, run.model().config().vocabSize},
                              {run.spec().teacher, teacher.vocabSize});
    if (!note.empty()) {
        run.warn(note);
    }
}

std::string percent(double share)
{
    return std::to_string(std::lround(100 * share)) + " %";
}

class DistillLogits : public MethodOf<DistillLogitsParams> {
public:
    MethodInfo info() const override
    {
        return {.id = "distill-logits",
                .title = "Logit distillation",
                .summary = "Trains a student on the teacher's next-token distributions.",
                .authors = "Hinton, Vinyals, Dean",
                .paper = "Geoffrey Hinton, Oriol Vinyals, Jeff Dean: Distilling the Knowledge in a "
                         "Neural Network. arXiv:1503.02531, 2015.",
                .bibtex = "@article{hinton2015distilling,\n"
                          "  title = {Distilling the Knowledge in a Neural Network},\n"
                          "  author = {Hinton, Geoffrey and Vinyals, Oriol and Dean, Jeff},\n"
                          "  journal = {arXiv preprint arXiv:1503.02531},\n"
                          "  year = {2015}\n"
                          "}",
                .year = 2015};
    }

    Needs needs() const override
    {
        return {.calibration = Need::Required, .teacher = Need::Required, .gradients = true};
    }

protected:
    std::vector<ParamIssue> check(const DistillLogitsParams& p,
                                  const ModelConfig* config) const override
    {
        std::vector<ParamIssue> found = issuesOf(p);
        if (config != nullptr) {
            if (const auto fault = readBlockChoice(p.blocks, config->layers).fault;
                !fault.empty()) {
                found.push_back({.key = "blocks", .message = fault, .suggestions = {"even"}});
            }
        }
        return found;
    }

    Expectation expect(const ModelConfig& config, const DistillLogitsParams& p) const override
    {
        using Kind = ExpectationLine::Kind;
        using Tone = ExpectationLine::Tone;
        Expectation lines;
        const BlockChoice choice = readBlockChoice(p.blocks, config.layers);
        if (choice.blocks.empty()) {
            lines.push_back(
                {Kind::Size, Tone::Neutral, "The student keeps its size and speed",
                 "Distillation changes weights, not shapes; zeros of a pruned student stay zero."});
        } else {
            ModelConfig smaller = config;
            smaller.layers = static_cast<std::int64_t>(choice.blocks.size());
            const double share = static_cast<double>(parameterCount(smaller)) /
                                 static_cast<double>(parameterCount(config));
            lines.push_back(
                {Kind::Size, Tone::Good, percent(share) + " of the teacher's parameters",
                 std::to_string(smaller.layers) + " of " + std::to_string(config.layers) +
                     " blocks; embedding and head stay as they are."});
            lines.push_back({Kind::Speed, Tone::Good, "Faster on every machine",
                             "Blocks that are gone cost nothing; the head costs what it did."});
        }
        lines.push_back({Kind::Loads, Tone::Good, "Loads wherever the teacher loads",
                         "The student is an ordinary model of the same family."});
        lines.push_back(
            {Kind::Quality, Tone::Caution, "Trained for " + std::to_string(p.steps) + " steps",
             "The student copies the teacher, mistakes included, on text like the calibration set; "
             "each "
             "step costs about three forward passes of the student and one of the teacher."});
        return lines;
    }

    void apply(RunContext& run, const DistillLogitsParams& p) const override
    {
        requirePair(run, p);
        const auto stage = run.stage("recover");
        SoftTargets objective(run, p);
        train(run, trainOptionsOf(p, run.spec().batch), objective);
    }
};

} // namespace

ESPALIER_PLUGIN(DistillLogits)

} // namespace espalier
