// SPDX-License-Identifier: GPL-3.0-or-later
// Next-token training of a causal language model: fine-tuning a teacher, recovering a pruned model
// on text alone, or going on with pre-training.
// Radford, Wu, Child, Luan, Amodei, Sutskever: Language Models are Unsupervised Multitask Learners,
// 2019.
//
//   z  logits [tokens x vocabulary], held for one chunk of tokens only
//   y  the token that really comes next
//
//   L = CE(y, softmax(z)), the mean over a step's scored tokens
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"
#include "core/train/NextTokenPass.h"
#include "core/train/TrainLoop.h"
#include "core/train/TrainParams.h"

#include <sstream>
#include <string>
#include <vector>

namespace espalier {

namespace {

struct TrainLanguageModelParams : TrainParams {
    bool recompute = false;
    std::string freeze = {};
};

void fields(auto& field, TrainLanguageModelParams& p)
{
    keepZerosField(field, p);
    field(p.freeze,
          {.key = "freeze",
           .label = "Frozen parameters",
           .help = "Parameters that stay as they are, by their names in the model's file, "
                   "separated by commas; * stands for anything: *embed*,model.layers.0.*",
           .group = "Student",
           .advanced = true});
    stepFields(field, p);
    optimiserFields(field, p);
    upkeepFields(field, p);
    field(p.recompute,
          {.key = "gradient-checkpointing",
           .label = "Recompute activations",
           .help = "Holds the activations of one block instead of all and computes the others "
                   "again on the way back: less memory, a third more time, the same weights.",
           .group = "Training",
           .advanced = true});
}

std::vector<std::string> patternsOf(const std::string& list)
{
    std::vector<std::string> patterns;
    std::istringstream stream(list);
    for (std::string pattern; std::getline(stream, pattern, ',');) {
        const std::size_t begin = pattern.find_first_not_of(' ');
        if (begin != std::string::npos) {
            patterns.push_back(pattern.substr(begin, pattern.find_last_not_of(' ') - begin + 1));
        }
    }
    return patterns;
}

/// The loss L over windows of tokens.
class NextToken : public TrainObjective {
public:
    NextToken(RunContext& run, const TrainLanguageModelParams& p)
        : m_model(run.model())
        , m_pass(m_model, p.autocast ? Compute::BFloat16 : Compute::AsStored, run.device(),
                 p.recompute ? Activations::Recomputed : Activations::Held)
    {
    }

    std::int64_t scoredTokens(const Tensor& windows) const override
    {
        return windows.size(0) * (windows.size(1) - 1);
    }

    LossSums accumulate(const Tensor& windows, double scale) override
    {
        return named(m_pass.backward(windows, [&](const Tensor& hidden, HeadGradients& into) {
            return chunkedHeadLoss(kHardTerm, {hidden, m_model.headWeight()}, {},
                                   NextTokenPass::targets(windows), scale, &into);
        }));
    }

    LossSums measure(const Tensor& windows) override
    {
        return named(chunkedHeadLoss(kHardTerm, {m_pass.hidden(windows), m_model.headWeight()}, {},
                                     NextTokenPass::targets(windows), 1.0, nullptr));
    }

private:
    static LossSums named(const HeadLossSums& sums)
    {
        return {.total = sums.total, .parts = {{"ce", sums.crossEntropy}}, .tokens = sums.tokens};
    }

    const HeadLossOptions kHardTerm{.divergences = {}, .crossEntropyWeight = 1};
    CausalLM& m_model;
    NextTokenPass m_pass;
};

class TrainLanguageModel : public MethodOf<TrainLanguageModelParams> {
public:
    MethodInfo info() const override
    {
        return {.id = "train-language-model",
                .title = "Next-token training",
                .summary = "Trains a language model on text, without a teacher.",
                .authors = "Radford, Wu, Child, Luan, Amodei, Sutskever",
                .paper = "Alec Radford, Jeffrey Wu, Rewon Child, David Luan, Dario Amodei, Ilya "
                         "Sutskever: Language Models are Unsupervised Multitask Learners. 2019.",
                .bibtex = "@techreport{radford2019language,\n"
                          "  title = {Language Models are Unsupervised Multitask Learners},\n"
                          "  author = {Radford, Alec and Wu, Jeffrey and Child, Rewon and Luan, "
                          "David and Amodei, Dario and Sutskever, Ilya},\n"
                          "  institution = {OpenAI},\n"
                          "  year = {2019}\n"
                          "}",
                .year = 2019};
    }

    Needs needs() const override { return {.calibration = Need::Required, .gradients = true}; }

protected:
    std::vector<ParamIssue> check(const TrainLanguageModelParams& p,
                                  const ModelConfig*) const override
    {
        return issuesOf(p);
    }

    Expectation expect(const ModelConfig&, const TrainLanguageModelParams& p) const override
    {
        using Kind = ExpectationLine::Kind;
        using Tone = ExpectationLine::Tone;
        return {{Kind::Size, Tone::Neutral, "The model keeps its size and speed",
                 "Training changes weights, not shapes; zeros of a pruned model stay zero."},
                {Kind::Loads, Tone::Good, "Loads wherever the model loads",
                 "It stays an ordinary model of the same family."},
                {Kind::Quality, Tone::Caution, "Trained for " + std::to_string(p.steps) + " steps",
                 "The model gets better on text like the calibration set and may get worse on "
                 "other text; each step costs about three forward passes" +
                     std::string(p.recompute ? " and one more for what is recomputed." : ".")}};
    }

    void apply(RunContext& run, const TrainLanguageModelParams& p) const override
    {
        if (run.calibration().tokens.size(1) < 2) {
            throw Error(
                ErrorCode::InvalidInput,
                "Windows of 1 token have no next token to learn; choose a length of 2 at least.");
        }
        const auto stage = run.stage("recover");
        NextToken objective(run, p);
        TrainOptions options = trainOptionsOf(p, run.spec().batch);
        options.freeze = patternsOf(p.freeze);
        train(run, options, objective);
    }
};

} // namespace

ESPALIER_PLUGIN(TrainLanguageModel)

} // namespace espalier
