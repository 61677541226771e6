// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/SequencePlan.h"
#include "core/eval/SequenceScores.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/core/grad_mode.h>

#include <numeric>

using namespace espalier;
using namespace espalier::test;

namespace {

std::vector<std::int32_t> randomTokens(std::int64_t count, std::int64_t vocabulary)
{
    const Tensor drawn = at::randint(vocabulary, {count}, at::kInt);
    const auto* ids = drawn.const_data_ptr<std::int32_t>();
    return {ids, ids + count};
}

std::vector<std::int32_t> joined(std::vector<std::int32_t> a, const std::vector<std::int32_t>& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Loss of every predicted token by the model's own logits, one sequence at a time.
std::vector<double> slowLosses(CausalLM& model, const ScoreSequence& sequence)
{
    const at::NoGradGuard noGrad;
    std::vector<std::int64_t> ids(sequence.tokens.begin(), sequence.tokens.end());
    const Tensor logits = model.logits(at::tensor(ids).unsqueeze(0))[0].to(at::kDouble);
    const Tensor logP = at::log_softmax(logits, 1);
    std::vector<double> losses;
    for (std::size_t t = static_cast<std::size_t>(sequence.firstScored); t < ids.size(); ++t) {
        losses.push_back(-logP[static_cast<std::int64_t>(t) - 1][ids[t]].item<double>());
    }
    return losses;
}

} // namespace

TEST(scoresOfATableByHand)
{
    // After token 0 the next is 1 with 1/2, 0 and 2 with 1/4; after 1 all three alike.
    Tensor logits = at::zeros({3, 3});
    logits[0][1] = std::log(2.0);
    TableModel model(logits);
    const std::vector<SequenceGroup> groups{{{{.tokens = {0, 1}}, {.tokens = {0, 0, 1}}}},
                                            {{{.tokens = {2, 0, 2, 1}, .firstScored = 2}}}};
    const SequenceScores scores = scoreSequences(model, groups, 8, noStep);
    const double ln2 = std::log(2.0);
    const double ln3 = std::log(3.0);
    COMPARE_CLOSE(scores.groups[0][0].logLikelihood(), -ln2, 1e-6);
    VERIFY(scores.groups[0][0].isGreedy);
    COMPARE_CLOSE(scores.groups[0][1].logLikelihood(), -3 * ln2, 1e-6);
    VERIFY(!scores.groups[0][1].isGreedy); // 1 was likelier than the second 0
    COMPARE(scores.groups[1][0].losses.size(), 2U);
    COMPARE_CLOSE(scores.groups[1][0].losses[0], 2 * ln2, 1e-6);
    COMPARE_CLOSE(scores.groups[1][0].losses[1], ln3, 1e-6);
    COMPARE(scores.tokens, 1 + 2 + 3);
}

TEST(sharedBeginningsChangeNothing)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model =
        CausalLM::open(makeTinyModel(temp.path() / "model"), {.residency = Residency::Streamed});
    at::manual_seed(5);
    std::vector<SequenceGroup> groups;
    for (std::int64_t g = 0; g < 12; ++g) {
        const std::vector<std::int32_t> question = randomTokens(9 + g * 3, 96);
        SequenceGroup group;
        for (std::int64_t m = 0; m < 4; ++m) {
            group.members.push_back(
                {.tokens = joined(question, randomTokens(1 + (g + m) % 5, 96)),
                 .firstScored = m == 3 ? 2 : static_cast<std::int64_t>(question.size())});
        }
        groups.push_back(std::move(group));
    }
    const SequenceScores scores = scoreSequences(*model, groups, 16, noStep);
    VERIFY2(5 * scores.computed < 3 * scores.tokens, std::to_string(scores.computed));
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (std::size_t m = 0; m < 4; ++m) {
            const std::vector<double> expected = slowLosses(*model, groups[g].members[m]);
            COMPARE(scores.groups[g][m].losses.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                COMPARE_CLOSE(scores.groups[g][m].losses[i], expected[i], 2e-5);
            }
        }
    }
    const SequenceScores again = scoreSequences(*model, groups, 16, noStep);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        COMPARE(again.groups[g][2].losses, scores.groups[g][2].losses);
    }
}

TEST(nextToNothingIsPadded)
{
    std::vector<SequenceGroup> groups;
    std::int64_t tokens = 0;
    for (std::int64_t i = 0; i < 500; ++i) {
        const std::int64_t length = 5 + (i * 37) % 60;
        groups.push_back(
            {{{.tokens = std::vector<std::int32_t>(static_cast<std::size_t>(length), 1)}}});
        tokens += length - 1;
    }
    std::int64_t computed = 0;
    std::int64_t longest = INT64_MAX;
    for (const SequenceBatch& batch : planSequences(groups, 32)) {
        VERIFY(batch.rows <= 32 && batch.prefix == 0);
        VERIFY(batch.suffix <= longest); // sorted
        longest = batch.suffix;
        computed += batch.rows * batch.suffix;
    }
    VERIFY2(computed - tokens < tokens / 33, std::to_string(computed - tokens));
}

TEST(refusesWhatCannotBeScored)
{
    TableModel model(at::zeros({3, 3}));
    const auto score = [&](ScoreSequence sequence) {
        return scoreSequences(model, {{{std::move(sequence)}}}, 4, noStep);
    };
    VERIFY_FAILS(score({.tokens = {1}}), ErrorCode::InvalidInput, "Sequence 1 has 1 tokens");
    VERIFY_FAILS(score({.tokens = {1, 2}, .firstScored = 2}), ErrorCode::InvalidInput, "token 2");
    VERIFY_FAILS(score({.tokens = {1, 2}, .firstScored = 0}), ErrorCode::InvalidInput, "token 0");
    VERIFY_FAILS(score({.tokens = {1, 3}}), ErrorCode::InvalidInput, "token id 3");
    VERIFY_FAILS(score({.tokens = std::vector<std::int32_t>(4098, 1)}), ErrorCode::InvalidInput,
                 "context holds 4096");
    VERIFY_FAILS(scoreSequences(model, {}, 0, noStep), ErrorCode::InvalidInput, "batch of 0");
    Tensor broken = at::eye(3);
    broken[1][1] = std::numeric_limits<float>::quiet_NaN();
    TableModel overflowing(broken, at::zeros({3, 3}));
    VERIFY_FAILS(
        scoreSequences(overflowing, {{{{.tokens = {0, 0}}}}, {{{.tokens = {1, 0}}}}}, 4, noStep),
        ErrorCode::Numeric, "sequence 2 of 2");
}

TEST(stopsBetweenBlocks)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model = CausalLM::open(makeTinyModel(temp.path() / "model"));
    std::int64_t calls = 0;
    bool stopped = false;
    try {
        scoreSequences(*model, {{{{.tokens = {1, 2, 3}}}}}, 4, [&](std::int64_t, std::int64_t) {
            if (++calls == 2) {
                throw Cancelled{};
            }
        });
    } catch (const Cancelled&) {
        stopped = true;
    }
    VERIFY(stopped);
}
