// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/MethodCatalog.h"
#include "tests/core/train/TrainHarness.h"
#include "tests/support/Test.h"

namespace espalier::test {

inline const Method& distillLogits()
{
    static const MethodCatalog kCatalog(pluginFolders({}));
    return kCatalog.require("distill-logits");
}

/// Twelve steps of two passes that make a student of two blocks.
inline ParamValues shortTraining(ParamValues more = {})
{
    ParamValues values = {{"blocks", "0,2"},       {"steps", 12},         {"learning-rate", 5e-3},
                          {"checkpoint-every", 5}, {"evaluate-every", 4}, {"accumulate", 2}};
    for (const auto& [key, value] : more) {
        values[key] = value;
    }
    return values;
}

inline void distil(RunInputs inputs, const ParamValues& values, TrainMonitor& monitor)
{
    const auto issues = distillLogits().issues(values, nullptr);
    VERIFY2(issues.empty(), issues.empty() ? "" : issues.front().message);
    RunContext run(std::move(inputs), monitor);
    distillLogits().run(run, completed(values, distillLogits().params()));
    monitor.series.erase("train/tokens_per_second");
}

/// Three divergences and the cross-entropy.
inline ParamValues mixedLoss()
{
    return shortTraining({{"divergence", "forward-kl"},
                          {"kl-weight", 0.6},
                          {"jsd-weight", 0.3},
                          {"tvd-weight", 0.1},
                          {"ce-weight", 0.2},
                          {"temperature", 2.0}});
}

} // namespace espalier::test
