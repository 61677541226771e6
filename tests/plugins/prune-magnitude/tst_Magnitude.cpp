// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/prune-magnitude/GlobalQuota.h"
#include "tests/support/FixtureF1.h"
#include "tests/support/Matrix.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <tuple>

using namespace espalier;
using namespace espalier::test;

namespace {

Tensor magnitudeMask(const Tensor& W, const ParamValues& params)
{
    Linear layer("q", W.clone());
    pruneOne({.id = "prune-magnitude", .params = params}, layer,
             at::ones({4, W.size(1)}, W.options()));
    return layer.mask();
}

std::string label(std::size_t i)
{
    std::string text = "w";
    text += std::to_string(i);
    return text;
}

using Quotas = std::map<std::string, std::int64_t>;

Quotas quotasOf(const std::vector<Tensor>& weights, double sparsity, double cap,
                Counting counting = Counting::Exact)
{
    GlobalQuota ranking(sparsity, cap, counting);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        ranking.countCoarsely(label(i), weights[i]);
    }
    for (const Tensor& weight : weights) {
        ranking.countFinely(weight);
    }
    return ranking.quotas();
}

/// All weights sorted by magnitude, then order; taken one by one while their linear is below its
/// cap.
Quotas slowQuotas(const std::vector<Tensor>& weights, double sparsity, double cap)
{
    std::vector<std::tuple<float, std::size_t, std::int64_t>> all;
    Quotas quotas;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Tensor flat = weights[i].abs().to(at::kFloat).reshape({-1});
        for (std::int64_t j = 0; j < flat.numel(); ++j) {
            all.emplace_back(flat[j].item<float>(), i, j);
        }
        quotas[label(i)] = 0;
    }
    std::sort(all.begin(), all.end());
    auto left = static_cast<std::int64_t>(static_cast<double>(all.size()) * sparsity);
    for (const auto& [value, i, j] : all) {
        std::int64_t& quota = quotas[label(i)];
        if (left > 0 &&
            quota < static_cast<std::int64_t>(static_cast<double>(weights[i].numel()) * cap)) {
            ++quota;
            --left;
        }
    }
    return quotas;
}

} // namespace

TEST(comparesWithinLinearRowOrModel)
{
    const Tensor W = matrix({{.5, -2., .1, 1.}, {1.5, .2, -.3, .4}});
    COMPARE(maskWords(magnitudeMask(W, {{"scope", "row"}})), "000a 0009");
    COMPARE(maskWords(magnitudeMask(W, {{"reference-count", true}})), "000a 0001"); // 5 of 8
    COMPARE(maskWords(magnitudeMask(W, {})), "000b 0001");                          // 4 of 8
    COMPARE(maskWords(magnitudeMask(W, {{"pattern", "1:2"}})), "000a 0009");
    COMPARE(maskWords(magnitudeMask(W, {{"scope", "row"}, {"reference-count", true}})),
            "0002 0001");
}

TEST(tiesInRoundedWeightsDoNotOvershoot)
{
    const Tensor rounded = (fixtureF1().W * 8).round() / 8;
    COMPARE(zeros(magnitudeMask(rounded, {{"reference-count", true}}).to(at::kLong)), 73);
    COMPARE(zeros(magnitudeMask(rounded, {}).to(at::kLong)), 64);
    const Tensor inBf16 = fixtureF1().W.to(at::kBFloat16);
    COMPARE(zeros(magnitudeMask(inBf16, {}).to(at::kLong)), 64);
}

TEST(keptWeightsAreUntouched)
{
    const Tensor W = fixtureF1().W.to(at::kFloat);
    Linear layer("q", W.clone());
    pruneOne({.id = "prune-magnitude"}, layer, at::ones({4, 16}));
    VERIFY(at::equal(layer.weight(), at::where(layer.mask(), W, at::zeros_like(W))));
    VERIFY(!hasNegativeZero(layer.weight()));
}

TEST(oneThresholdMayEmptyALinear)
{
    const std::vector<Tensor> weights{matrix({{.1F, .2F}, {.3F, .4F}}),
                                      matrix({{1.F, 2.F}, {3.F, 4.F}})};
    COMPARE(quotasOf(weights, 0.5, 1.0) == Quotas({{"w0", 4}, {"w1", 0}}), true);
    COMPARE(quotasOf(weights, 0.5, 0.75) == Quotas({{"w0", 3}, {"w1", 1}}), true);
    COMPARE(quotasOf(weights, 0.5, 0.5) == Quotas({{"w0", 2}, {"w1", 2}}), true);
    COMPARE(quotasOf(weights, 0.0, 1.0) == Quotas({{"w0", 0}, {"w1", 0}}), true);
    COMPARE(quotasOf(weights, 0.5, 1.0, Counting::Reference) == Quotas({{"w0", 4}, {"w1", 1}}),
            true);
}

TEST(globalCountsEqualASort)
{
    at::manual_seed(11);
    const std::vector<Tensor> weights{at::randn({13, 40}) * 0.1, at::randn({7, 31}),
                                      at::randint(-4, 5, {20, 20}, at::kFloat) / 8};
    for (const double s : {0.05, 0.3, 0.5, 0.9}) {
        for (const double cap : {0.95, 1.0}) {
            VERIFY(quotasOf(weights, s, cap) == slowQuotas(weights, s, cap));
        }
    }
    VERIFY(quotasOf(weights, 0.5, 0.6) == slowQuotas(weights, 0.5, 0.6));
}

TEST(equalWeightsGoInOrder)
{
    const std::vector<Tensor> weights(3, at::ones({2, 5}));
    COMPARE(quotasOf(weights, 0.5, 1.0) == Quotas({{"w0", 10}, {"w1", 5}, {"w2", 0}}), true);
    COMPARE(quotasOf(weights, 0.5, 0.6) == Quotas({{"w0", 6}, {"w1", 6}, {"w2", 3}}), true);
}

TEST(refusesWeightsThatAreNotFinite)
{
    const Tensor W = matrix({{1.F, std::numeric_limits<float>::infinity()}});
    VERIFY_FAILS(quotasOf({W}, 0.5, 1.0), ErrorCode::Numeric, "w0");
}

TEST(refusesSettingsThatContradict)
{
    const auto keyOf = [](const ParamValues& params) {
        const auto issues = issuesOf("prune-magnitude", params);
        return issues.empty() ? std::string() : issues.at(0).key;
    };
    COMPARE(keyOf({}), "");
    COMPARE(keyOf({{"scope", "global"}, {"cap", 0.8}}), "");
    COMPARE(keyOf({{"cap", 0.8}}), "cap");
    COMPARE(keyOf({{"scope", "global"}, {"cap", 0.4}}), "cap");
    COMPARE(keyOf({{"scope", "global"}, {"pattern", "2:4"}}), "scope");
    COMPARE(keyOf({{"scope", "everywhere"}}), "scope");
    COMPARE(keyOf({{"sparsity", 0.3}, {"pattern", "2:4"}}), "sparsity");
}
