// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/PruneTarget.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

ModelConfig smallModel()
{
    ModelConfig config;
    config.heads = 4;
    config.headDim = 15;
    config.hiddenSize = 60;
    config.intermediateSize = 172;
    return config;
}

} // namespace

TEST(readsPatterns)
{
    COMPARE(patternFromText("2:4") == Pattern({2, 4}), true);
    COMPARE(patternFromText("16:32") == Pattern({16, 32}), true);
    for (const char* text :
         {"unstructured", "", ":", "2:", ":4", "0:4", "-2:4", "2:4:8", "2.0:4", "a:b"}) {
        VERIFY2(!patternFromText(text), text);
    }
    COMPARE(toText(Pattern{2, 4}), "2:4");
    COMPARE((PruneTarget{.sparsity = 0.3, .pattern = "1:4"}.aim()), 0.25);
    COMPARE((PruneTarget{.sparsity = 0.3}.aim()), 0.3);
}

TEST(refusesAPatternThatKeepsNothing)
{
    const auto issues = checkTarget({.pattern = "4:4"}, nullptr);
    COMPARE(issues.size(), std::size_t{1});
    COMPARE(issues[0].key, "pattern");
    VERIFY(issues[0].blocks);
}

TEST(refusesASparsityThatContradictsThePattern)
{
    VERIFY(checkTarget({.sparsity = 0.5, .pattern = "2:4"}, nullptr).empty());
    VERIFY(checkTarget({.sparsity = 0.25, .pattern = "1:4"}, nullptr).empty());
    const auto issues = checkTarget({.sparsity = 0.7, .pattern = "2:4"}, nullptr);
    COMPARE(issues.size(), std::size_t{1});
    COMPARE(issues[0].key, "sparsity");
    VERIFY(issues[0].blocks);
    COMPARE(issues[0].suggestions.at(0) == ParamValue(0.5), true);
    // The default may simply have been left alone.
    const auto remark = checkTarget({.sparsity = 0.5, .pattern = "1:4"}, nullptr);
    COMPARE(remark.size(), std::size_t{1});
    VERIFY(!remark[0].blocks);
}

TEST(refusesAPatternThatDoesNotDivideTheInputs)
{
    const ModelConfig config = smallModel();
    VERIFY(checkTarget({.pattern = "2:4"}, &config).empty());
    const auto issues = checkTarget({.pattern = "4:8"}, &config);
    COMPARE(issues.size(), std::size_t{1});
    COMPARE(issues[0].message, "The pattern 4:8 needs inputs that are a multiple of 8, but this "
                               "model has hidden_size 60.");
    for (const ParamValue& suggestion : issues[0].suggestions) {
        VERIFY(!(suggestion == ParamValue("4:8")));
    }
    COMPARE(issues[0].suggestions.at(0) == ParamValue("2:4"), true);
}
