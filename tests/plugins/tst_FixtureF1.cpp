// SPDX-License-Identifier: GPL-3.0-or-later
// The table of fixture F1 for the methods that ship, through the libraries, the driver and the
// solver in fp64.
#include "tests/support/FixtureF1.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;
using namespace espalier::test;

namespace {

struct Result {
    std::int64_t zeros = 0;
    double error = 0.0;     // relative output error, as the run records it
    double bestError = 0.0; // of the best weights with the same mask
    std::string words = {};
    double loss = 0.0, residual = 0.0; // SparseGPT only
};

/// Without a statistic of its own its errors come from the first batch only.
const std::string kMagnitude = "prune-magnitude";

Result prune(const std::string& id, ParamValues params)
{
    const FixtureF1 f = fixtureF1();
    Linear layer("layer", f.W.clone());
    if (id == "prune-sparsegpt") {
        params.emplace("hessian-precision", "fp64");
    }
    const MemoryMonitor monitor = pruneOne({.id = id,
                                            .params = params,
                                            .sequences = FixtureF1::kSequences,
                                            .batch = id == kMagnitude ? 4 : 3},
                                           layer, f.X);
    Result result;
    result.zeros = zeros(layer.weight());
    result.error = monitor.value("error/layer");
    result.bestError = relativeError(f.W, bestWeights(f.W, layer.mask(), f.G), f.G);
    result.words = maskWords(layer.mask());
    // The record, the mask and the weights agree; the measured error is that of the weights.
    VERIFY(at::equal(layer.weight().ne(0), layer.mask()));
    VERIFY(!hasNegativeZero(layer.weight()));
    const double share = static_cast<double>(result.zeros) / 128;
    COMPARE_CLOSE(monitor.value("sparsity/layer"), share, 1e-12);
    COMPARE_CLOSE(monitor.value("mask_sparsity/layer"), share, 1e-12);
    COMPARE_CLOSE(result.error / relativeError(f.W, layer.weight(), f.G), 1.0, 1e-10);
    VERIFY(result.bestError <= result.error);
    if (id == "prune-sparsegpt") {
        result.loss = monitor.value("reconstruction_loss/layer");
        result.residual = monitor.value("loss_identity/layer");
        VERIFY(result.residual < 1e-6);
    }
    VERIFY(monitor.warnings().empty());
    return result;
}

/// Digits as the table prints them; an empty text is an empty cell.
struct Row {
    const char* id;
    ParamValues params;
    std::int64_t zeros;
    std::string error;
    std::string best;
    std::string words;
};

std::string inDigitsOf(double value, const std::string& text)
{
    return printed(value, static_cast<int>(text.size() - text.find('.') - 1));
}

void check(const Row& row)
{
    const Result result = prune(row.id, row.params);
    COMPARE(result.zeros, row.zeros);
    COMPARE(inDigitsOf(result.error, row.error), row.error);
    if (!row.best.empty()) {
        COMPARE(inDigitsOf(result.bestError, row.best), row.best);
    }
    if (!row.words.empty()) {
        COMPARE(result.words, row.words);
    }
}

const ParamValue kReference = true;

} // namespace

TEST(magnitude)
{
    check({"prune-magnitude",
           {{"reference-count", kReference}},
           65,
           "0.0978234",
           "0.014469",
           "3e33 b81a e138 e8a0 6978 d3a9 d552 9aba"});
    check({"prune-magnitude", {}, 64, "0.101603", "0.014362", ""});
    // One linear is the whole model here, so global scope gives the same.
    check({"prune-magnitude", {{"scope", "global"}}, 64, "0.101603", "0.014362", ""});
    check({"prune-magnitude",
           {{"scope", "global"}, {"reference-count", kReference}},
           65,
           "0.0978234",
           "0.014469",
           "3e33 b81a e138 e8a0 6978 d3a9 d552 9aba"});
}

TEST(wanda)
{
    const std::string words = "343b b91a e13a e8aa 6978 d329 945b 9ab8";
    check({"prune-wanda", {}, 64, "0.0251731", "0.002642", words});
    check({"prune-wanda", {{"reference-count", kReference}}, 64, "0.0251731", "0.002642", words});
}

TEST(sparseGptWithOneBlock)
{
    check({"prune-sparsegpt",
           {{"block-size", 16}, {"reference-count", kReference}},
           65,
           "0.00409452",
           "0.002456",
           "3e3b b81a e138 a808 e978 d329 d55a 9aba"});
    check({"prune-sparsegpt", {{"block-size", 16}}, 64, "0.004245", "0.002375", ""});
    // The block may be wider than the linear.
    check({"prune-sparsegpt", {}, 64, "0.004245", "0.002375", ""});
}

TEST(sparseGptWithSmallBlocks)
{
    const auto params = [](int block) {
        return ParamValues{{"block-size", block}, {"reference-count", kReference}};
    };
    check({"prune-sparsegpt", params(8), 66, "0.00503660", "0.003191",
           "363b b81a e038 a8a8 e178 d2a9 dc5a 9aba"});
    check({"prune-sparsegpt", params(4), 68, "0.006901", "0.003920", ""});
    check({"prune-sparsegpt", params(1), 80, "0.039176", "0.027594", ""});
}

TEST(twoOfFour)
{
    const ParamValue pattern = "2:4";
    check({"prune-magnitude", {{"pattern", pattern}}, 64, "0.070472", "0.005126", ""});
    check({"prune-wanda",
           {{"pattern", pattern}},
           64,
           "0.0145068",
           "0.003122",
           "3639 993a 653a aaaa 6969 c3a9 955a 9a3a"});
    check({"prune-sparsegpt",
           {{"pattern", pattern}, {"block-size", 16}},
           64,
           "0.00485632",
           "0.002757",
           "363a 993a c93a aaaa c969 c3a9 9c5a 993a"});
}

TEST(fourOfEight)
{
    const ParamValue pattern = "4:8";
    check({"prune-magnitude", {{"pattern", pattern}}, 64, "0.067618", "0.004929", ""});
    check({"prune-wanda", {{"pattern", pattern}}, 64, "0.020043", "0.002686", ""});
    check({"prune-sparsegpt",
           {{"pattern", pattern}, {"block-size", 16}},
           64,
           "0.004873",
           "0.002879",
           ""});
}

TEST(sevenTenths)
{
    const ParamValue s = 0.7;
    COMPARE(printed(prune("prune-magnitude", {{"sparsity", s}}).error, 4), "0.2974");
    COMPARE(printed(prune("prune-wanda", {{"sparsity", s}}).error, 5), "0.04027");
    COMPARE(printed(prune("prune-sparsegpt", {{"sparsity", s}, {"block-size", 16}}).error, 6),
            "0.012307");
}

TEST(sparseGptReportsItsLoss)
{
    const Result result =
        prune("prune-sparsegpt", {{"block-size", 16}, {"reference-count", kReference}});
    COMPARE(printed(result.loss, 6), "5.403268");
    VERIFY(result.residual < 1e-12);
}

TEST(singlePrecisionIsCloseEnough)
{
    const FixtureF1 f = fixtureF1();
    for (const auto& [id, expected] :
         {std::pair{"prune-magnitude", 0.101603}, std::pair{"prune-wanda", 0.0251731},
          std::pair{"prune-sparsegpt", 0.004245}}) {
        Linear layer("layer", f.W.to(at::kFloat));
        const MemoryMonitor monitor = pruneOne(
            {.id = id, .sequences = FixtureF1::kSequences, .batch = 4}, layer, f.X.to(at::kFloat));
        COMPARE_CLOSE(monitor.value("error/layer") / expected, 1.0, 1e-3);
        COMPARE(zeros(layer.weight()), 64);
    }
}
