// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/RunDiff.h"
#include "tests/support/Test.h"

using namespace std::string_literals;
using espalier::SpecDifference;

namespace {

espalier::RunSpec wanda()
{
    espalier::RunSpec spec;
    spec.method = "prune-wanda";
    spec.model = "models/dense";
    spec.params = {{"sparsity", 0.5}, {"pattern", "unstructured"}};
    spec.calibration = espalier::DataSpec{"builtin:tinystories", 256, 32};
    spec.evaluations = {{"perplexity", {"tokens:eval.i32", 512, 16}}};
    return spec;
}

} // namespace

TEST(findsNothingBetweenEqualSpecs)
{
    VERIFY(espalier::differences({wanda(), wanda()}).empty());
    VERIFY(espalier::differences({wanda()}).empty());
    VERIFY(espalier::differences({}).empty());
}

TEST(namesKeysAsTheCommandLineTakesThem)
{
    espalier::RunSpec other = wanda();
    other.title = "Half";
    other.method = "prune-magnitude";
    other.params = {{"sparsity", 0.7}, {"scope", "row"}};
    other.calibration->windows = 64;
    other.evaluations[0].data.length = 1024;
    const auto found = espalier::differences({wanda(), other});
    const std::vector<SpecDifference> expected{
        {"calibration.windows", {"32", "64"}, true},
        {"evaluations.0.data.length", {"512", "1024"}, true},
        {"method", {"prune-wanda", "prune-magnitude"}, true},
        {"params.pattern", {"unstructured", ""}, true},
        {"params.scope", {"", "row"}, true},
        {"params.sparsity", {"0.5", "0.7"}, true},
        {"title", {"", "Half"}, false},
    };
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
        COMPARE(found[i].key, expected[i].key);
        COMPARE(found[i].values, expected[i].values);
        COMPARE(found[i].changesNumbers, expected[i].changesNumbers);
    }
    COMPARE(found.size(), expected.size());
}

TEST(saysWhatOnlyOneRunHas)
{
    espalier::RunSpec without = wanda();
    without.calibration.reset();
    for (const auto& row : espalier::differences({wanda(), without, wanda()})) {
        VERIFY(row.key.starts_with("calibration."));
        COMPARE(row.values[1], ""s);
        COMPARE(row.values[0], row.values[2]);
    }
    COMPARE(espalier::differences({wanda(), without, wanda()}).size(), 3U);
}

TEST(listsStayOneField)
{
    espalier::RunSpec some = wanda();
    some.params["blocks"] = std::vector<espalier::ParamValue>{std::int64_t{0}, std::int64_t{2}};
    const auto found = espalier::differences({wanda(), some});
    COMPARE(found.size(), 1U);
    COMPARE(found[0].key, "params.blocks"s);
    COMPARE(found[0].values[1], "0,2"s);
}
