// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "core/data/Overlap.h"
#include "tests/support/Test.h"

#include <algorithm>

using namespace espalier;

namespace {

using Lists = std::vector<TokenList>;

bool contains(const Lists& lists, std::span<const std::int32_t> ngram)
{
    return std::ranges::any_of(
        lists, [&](const TokenList& list) { return !std::ranges::search(list, ngram).empty(); });
}

} // namespace

TEST(countsEveryPlaceByHand)
{
    // Evaluation 3-grams: 123 234 345, then 912 123. Training has 123, 234 and 912 but not 345.
    const Lists training{{7, 1, 2, 3, 4}, {9, 1, 2}};
    const Lists evaluation{{1, 2, 3, 4, 5}, {5, 6}, {9, 1, 2, 3}, {6, 6, 6}};
    const Overlap overlap = findOverlap(training, evaluation, {.length = 3, .examples = 3});
    COMPARE(overlap.ngrams, 6);
    COMPARE(overlap.found, 4);
    COMPARE(overlap.share(), 4.0 / 6.0);
    COMPARE(overlap.lists, 3);
    COMPARE(overlap.listsFound, 2);
    COMPARE(overlap.examples.size(), std::size_t(3));
    const OverlapExample& second = overlap.examples[1];
    COMPARE(second.tokens, (TokenList{2, 3, 4}));
    COMPARE(second.evaluationPosition, std::size_t(1));
    COMPARE(second.trainingPosition, std::size_t(2));
    const OverlapExample& third = overlap.examples[2];
    COMPARE(third.evaluationList, std::size_t(2));
    COMPARE(third.trainingList, std::size_t(1));
    COMPARE(third.trainingPosition, std::size_t(0));
}

TEST(nothingReachesOverTheEndOfAList)
{
    const Lists evaluation{{1, 2, 3, 4}};
    COMPARE(findOverlap(Lists{{1, 2}, {3, 4}}, evaluation, {.length = 3}).found, 0);
    COMPARE(findOverlap(Lists{{1, 2, 3}}, evaluation, {.length = 3}).found, 1);
    COMPARE(findOverlap(Lists{}, evaluation, {.length = 3}).share(), 0.0);
    // The default is thirteen tokens.
    TokenList long14;
    for (std::int32_t i = 0; i < 14; ++i) {
        long14.push_back(i);
    }
    const TokenList first12(long14.begin(), long14.begin() + 12);
    COMPARE(findOverlap(Lists{first12}, Lists{long14}).found, 0);
    COMPARE(findOverlap(Lists{long14}, Lists{long14}).found, 2);
}

TEST(agreesWithASlowSearch)
{
    // Few different tokens, so that many n-grams meet and repeat.
    Random random(11);
    for (int round = 0; round < 30; ++round) {
        Lists training(1 + random.below(3)), evaluation(1 + random.below(3));
        for (Lists* lists : {&training, &evaluation}) {
            for (TokenList& list : *lists) {
                list.resize(5 + random.below(60));
                for (std::int32_t& token : list) {
                    token = static_cast<std::int32_t>(random.below(3));
                }
            }
        }
        const std::size_t length = 1 + random.below(5);
        std::int64_t found = 0;
        for (const TokenList& list : evaluation) {
            for (std::size_t i = 0; i + length <= list.size(); ++i) {
                found += contains(training, std::span(list).subspan(i, length)) ? 1 : 0;
            }
        }
        const Overlap overlap = findOverlap(
            training, evaluation, {.length = static_cast<std::int64_t>(length), .examples = 1000});
        COMPARE(overlap.found, found);
        COMPARE(overlap.examples.size(), static_cast<std::size_t>(found));
        for (const OverlapExample& example : overlap.examples) {
            const auto inTraining =
                std::span(training[example.trainingList]).subspan(example.trainingPosition, length);
            VERIFY(std::ranges::equal(inTraining, example.tokens));
        }
    }
}

TEST(wrongLengthsAreRefused)
{
    const Lists lists{{1, 2, 3}};
    VERIFY_FAILS(findOverlap(lists, lists, {.length = 0}), ErrorCode::InvalidInput, "1 or more");
    VERIFY_FAILS(findOverlap(lists, lists), ErrorCode::InvalidInput,
                 "has 3 tokens, an n-gram has 13");
    VERIFY_FAILS(findOverlap(lists, Lists{}), ErrorCode::InvalidInput, "has 0 tokens");
}
