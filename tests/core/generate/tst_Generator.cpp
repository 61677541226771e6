// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/generate/Generator.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

using namespace espalier;

namespace {

const std::vector<std::int32_t> kPrompt{1, 40, 50};

std::vector<std::int32_t> continued(CausalLM& model, const GenerateOptions& options)
{
    return generate(model, kPrompt, options);
}

} // namespace

TEST(greedyTextOfTheDemoModelIsTheKnownOne)
{
    const Path file = test::dataFolder() / "model" / "stories260k-greedy.json";
    const auto expected =
        parseJson(readFile(file), file.string())["tokens"].get<std::vector<std::int32_t>>();
    const auto model = CausalLM::open(test::demoFolder() / "stories260k");
    const std::vector<std::int32_t> start{1};
    const auto tokens =
        generate(*model, start, {.tokens = static_cast<std::int64_t>(expected.size()) - 1});
    COMPARE(tokens, (std::vector<std::int32_t>{expected.begin() + 1, expected.end()}));
}

TEST(oneSeedGivesOneText)
{
    const test::TempFolder folder;
    const auto model = CausalLM::open(test::makeTinyModel(folder.path()));
    const GenerateOptions options{.tokens = 40, .temperature = 1.0, .seed = 7, .stopAtEos = false};
    const auto first = continued(*model, options);
    COMPARE(first.size(), 40U);
    COMPARE(continued(*model, options), first);
    GenerateOptions other = options;
    other.seed = 8;
    VERIFY(continued(*model, other) != first);
}

TEST(oneCandidateIsGreedy)
{
    const test::TempFolder folder;
    const auto model = CausalLM::open(test::makeTinyModel(folder.path()));
    const auto greedy = continued(*model, {.tokens = 20, .stopAtEos = false});
    COMPARE(continued(*model, {.tokens = 20, .temperature = 2.0, .topK = 1, .stopAtEos = false}),
            greedy);
}

TEST(drawsFollowTheDistribution)
{
    const test::TempFolder folder;
    const auto model = CausalLM::open(test::makeTinyModel(folder.path()));
    const at::NoGradGuard guard;
    const Tensor logits = model->logits(at::tensor({1, 40, 50}, at::kLong).unsqueeze(0))[0][-1];
    const Tensor expected =
        at::softmax(std::get<0>(logits.sort(-1, true)).narrow(0, 0, 3) / 0.7, 0);
    const Tensor ids = std::get<1>(logits.sort(-1, true));
    std::vector<double> counts(3, 0.0);
    constexpr int kDraws = 2000;
    for (int seed = 0; seed < kDraws; ++seed) {
        const auto drawn = continued(*model, {.tokens = 1,
                                              .temperature = 0.7,
                                              .topK = 3,
                                              .seed = static_cast<std::uint64_t>(seed),
                                              .stopAtEos = false});
        for (std::int64_t i = 0; i < 3; ++i) {
            counts[static_cast<std::size_t>(i)] +=
                ids[i].item<std::int32_t>() == drawn.at(0) ? 1 : 0;
        }
    }
    COMPARE(counts[0] + counts[1] + counts[2], static_cast<double>(kDraws));
    for (std::int64_t i = 0; i < 3; ++i) {
        // Four standard errors at most: 4 * sqrt(0.25 / 2000).
        COMPARE_CLOSE(counts[static_cast<std::size_t>(i)] / kDraws, expected[i].item<double>(),
                      0.045);
    }
}

TEST(endsAtEosAndWhenTold)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto greedy =
        continued(*CausalLM::open(folder.path()), {.tokens = 12, .stopAtEos = false});
    // Declare the fourth token to be the end of text.
    Json config = parseJson(readFile(folder.path() / "config.json"), "config.json");
    config["eos_token_id"] = Json::array({95, greedy[3]});
    writeFileAtomically(folder.path() / "config.json", config.dump());
    const auto model = CausalLM::open(folder.path());
    const auto end = std::find(greedy.begin(), greedy.end(), greedy[3]);
    COMPARE(continued(*model, {.tokens = 12}), (std::vector<std::int32_t>{greedy.begin(), end}));
    std::vector<std::int32_t> seen;
    generate(*model, kPrompt, {.tokens = 12, .stopAtEos = false}, [&](std::int32_t id) {
        seen.push_back(id);
        return seen.size() < 2;
    });
    COMPARE(seen, (std::vector<std::int32_t>{greedy.begin(), greedy.begin() + 2}));
}

TEST(badRequestsAreRefused)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path());
    VERIFY_FAILS(generate(*model, {}, {}), ErrorCode::InvalidInput, "no tokens");
    VERIFY_FAILS(continued(*model, {.temperature = -1.0}), ErrorCode::InvalidInput,
                 "must be 0 or more");
    model->linears()[0]->weight().fill_(std::nan(""));
    VERIFY_FAILS(continued(*model, {}), ErrorCode::Numeric, "not finite");
}
