// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"
#include "core/eval/Statistics.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/Test.h"

#include <algorithm>

using namespace espalier;
using namespace espalier::test;

TEST(twoTokensByHand)
{
    // Reference (1/2, 1/2), model (1/4, 3/4) after either token:
    // KL = 1/2 ln 2 + 1/2 ln 2/3 = 0.1438410; the actual token 0 loses 1/4.
    TableModel reference(at::zeros({2, 2}));
    TableModel model(at::tensor({0.0, std::log(3.0)}).to(at::kFloat).repeat({2, 1}));
    const CalibrationSet data = windowsOf(at::zeros({2, 3}, at::kLong));
    const DivergenceResult result = divergence(model, reference, data, 1, noStep);
    COMPARE_CLOSE(result.mean, 0.1438410, 1e-6);
    COMPARE_CLOSE(result.median, 0.1438410, 1e-6);
    COMPARE_CLOSE(result.maximum, 0.1438410, 1e-6);
    COMPARE_CLOSE(result.standardError, 0.0, 1e-9);
    COMPARE_CLOSE(result.rmsProbability, 0.25, 1e-6);
    COMPARE_CLOSE(result.perplexity, 4.0, 1e-5);
    COMPARE_CLOSE(result.referencePerplexity, 2.0, 1e-5);
    COMPARE(result.sameTop, 0.0);
    COMPARE(result.tokens, 4);
}

TEST(agreesWithADoubleReference)
{
    at::manual_seed(1);
    TableModel reference(at::randn({23, 23}) * 2);
    TableModel model(at::randn({23, 23}) * 2);
    const CalibrationSet data = randomWindows(19, 12, 23, 2);
    std::vector<double> kl;
    double squares = 0;
    std::int64_t sameTop = 0;
    for (std::int64_t i = 0; i < 19 * 12; ++i) {
        if (i % 12 == 11) {
            continue; // the last token of a window predicts nothing
        }
        const std::int32_t* tokens = data.tokens.const_data_ptr<std::int32_t>() + i;
        const std::vector<double> p = logSoftmax(reference.logitsAfter(tokens[0]));
        const std::vector<double> q = logSoftmax(model.logitsAfter(tokens[0]));
        double sum = 0;
        for (std::size_t v = 0; v < p.size(); ++v) {
            sum += std::exp(p[v]) * (p[v] - q[v]);
        }
        kl.push_back(sum);
        const auto actual = static_cast<std::size_t>(tokens[1]);
        squares += std::pow(std::exp(q[actual]) - std::exp(p[actual]), 2);
        const auto top = [](const std::vector<double>& x) {
            return std::max_element(x.begin(), x.end()) - x.begin();
        };
        sameTop += top(p) == top(q) ? 1 : 0;
    }
    const DivergenceResult result = divergence(model, reference, data, 4, noStep);
    const auto count = static_cast<double>(kl.size());
    COMPARE_CLOSE(result.mean, meanAndError(kl).mean, 1e-5);
    COMPARE_CLOSE(result.rmsProbability, std::sqrt(squares / count), 1e-6);
    COMPARE(result.sameTop, static_cast<double>(sameTop) / count);
    std::sort(kl.begin(), kl.end());
    COMPARE_CLOSE(result.maximum, kl.back(), 1e-5);
    COMPARE_CLOSE(result.median, kl[104], 1e-5);                    // of 209
    COMPARE_CLOSE(result.p95, 0.4 * kl[197] + 0.6 * kl[198], 1e-5); // 0.95 * 208 = 197.6
}

TEST(aModelDoesNotDivergeFromItself)
{
    at::manual_seed(5);
    const Tensor logits = at::randn({50, 50}) * 3;
    TableModel model(logits);
    TableModel same(logits);
    const DivergenceResult result = divergence(model, same, randomWindows(5, 9, 50, 6), 2, noStep);
    COMPARE(result.mean, 0.0);
    COMPARE(result.maximum, 0.0);
    COMPARE(result.sameTop, 1.0);
    COMPARE(result.rmsProbability, 0.0);
    COMPARE(result.perplexity, result.referencePerplexity);
}

TEST(perplexityIsThatOfThePerplexityEvaluation)
{
    at::manual_seed(9);
    TableModel model(at::randn({30, 30}));
    TableModel reference(at::randn({30, 30}));
    const CalibrationSet data = randomWindows(6, 20, 30, 10);
    const DivergenceResult result = divergence(model, reference, data, 2, noStep);
    COMPARE_CLOSE(result.perplexity, perplexity(model, data, 2, noStep).perplexity, 1e-4);
    COMPARE_CLOSE(result.referencePerplexity, perplexity(reference, data, 2, noStep).perplexity,
                  1e-4);
}

TEST(refusesDifferentVocabularies)
{
    TableModel model(at::zeros({4, 4}));
    TableModel reference(at::zeros({5, 5}));
    VERIFY_FAILS(divergence(model, reference, randomWindows(1, 4, 4, 1), 1, noStep),
                 ErrorCode::InvalidInput, "has 4 entries, the reference model's 5");
}

TEST(namesTheModelThatOverflows)
{
    Tensor broken = at::eye(3);
    broken[1][0] = std::numeric_limits<float>::quiet_NaN();
    TableModel model(at::zeros({3, 3}));
    TableModel reference(broken, at::zeros({3, 3}));
    const CalibrationSet data = windowsOf(at::tensor({0, 0, 2, 0, 1, 2}).view({2, 3}));
    VERIFY_FAILS(divergence(model, reference, data, 1, noStep), ErrorCode::Numeric,
                 "position 1 of window 2 of 2");
    VERIFY_FAILS(divergence(model, reference, data, 1, noStep), ErrorCode::Numeric,
                 "reference model overflow");
}

TEST(percentilesAgreeWithASort)
{
    at::manual_seed(11);
    for (const std::int64_t count : {1, 2, 3, 100, 1001}) {
        const Tensor drawn = at::rand({count});
        std::vector<float> values(drawn.const_data_ptr<float>(),
                                  drawn.const_data_ptr<float>() + count);
        std::vector<float> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (const double fraction : {0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
            const double place = fraction * static_cast<double>(count - 1);
            const auto low = static_cast<std::size_t>(std::floor(place));
            const auto high = static_cast<std::size_t>(std::ceil(place));
            const double expected =
                static_cast<double>(sorted[low]) +
                (place - std::floor(place)) * static_cast<double>(sorted[high] - sorted[low]);
            COMPARE_CLOSE(percentile(values, fraction), expected, 1e-7);
        }
    }
}

TEST(jsonHasTheUsualNames)
{
    const Json json =
        toJson(DivergenceResult{.mean = 0.5, .p999 = 2.5, .sameTop = 0.75, .tokens = 8});
    COMPARE(json.at("mean_kld").get<double>(), 0.5);
    COMPARE(json.at("p999_kld").get<double>(), 2.5);
    COMPARE(json.at("same_top_p").get<double>(), 0.75);
    for (const char* name :
         {"median_kld", "p90_kld", "p95_kld", "p99_kld", "maximum_kld", "standard_error", "rms_dp",
          "perplexity", "reference_perplexity", "windows", "length"}) {
        VERIFY2(json.contains(name), name);
    }
}
