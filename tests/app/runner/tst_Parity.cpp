// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/runner/RunnerFixture.h"

// The published implementations' figures on equal tokens; tests/data/parity/README.md says how they
// were made.

using namespace espalier;
using namespace espalier::test;

namespace {

std::string tokens(const std::string& name)
{
    return "tokens:" + (dataFolder() / "parity" / name).string();
}

/// Summed loss on the evaluation tokens after `method` at 50 % with the scripts' thresholds.
double lossAfter(const std::string& method)
{
    const TempFolder folder;
    const Json run =
        jsonOf({"apply", method, "--model", demoModel(), "--reference-count", "--calibration",
                tokens("stories-calib-self-32x256.i32"), "--length", "256", "--samples", "32",
                "--evaluate", "perplexity:" + tokens("stories-eval-self-64x256.i32"), "--threads",
                "2", "--workspace", (folder.path() / "workspace").string()});
    COMPARE(run["tokens"].get<double>(), 16320.0);
    return run["nll"].get<double>();
}

} // namespace

TEST(denseLossWithinOneInAHundredThousand)
{
    const Json result = jsonOf({"evaluate", "perplexity", "--model", demoModel(), "--data",
                                tokens("stories-eval-self-64x256.i32"), "--length", "256"});
    COMPARE_CLOSE(result["nll"].get<double>(), 20733.754, 20733.754 * 1e-5);
}

TEST(magnitudeWithinATenthOfAPercent)
{
    COMPARE_CLOSE(lossAfter("prune-magnitude"), 59079.869, 59079.869 * 1e-3);
}

TEST(wandaWithinATenthOfAPercent)
{
    COMPARE_CLOSE(lossAfter("prune-wanda"), 47568.445, 47568.445 * 1e-3);
}

TEST(sparseGptWithinOnePercent)
{
    COMPARE_CLOSE(lossAfter("prune-sparsegpt"), 45409.754, 45409.754 * 1e-2);
}
