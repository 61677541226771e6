// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/params/Params.h"
#include "tests/support/Test.h"

#include <array>
#include <limits>

using namespace espalier;

namespace {

enum class Scope { Linear = 1, Row, Global };

constexpr std::array<std::pair<Scope, std::string_view>, 3> enumNames(Scope)
{
    return {{{Scope::Linear, "linear"}, {Scope::Row, "row"}, {Scope::Global, "global"}}};
}

struct Sample {
    double sparsity = 0.5;
    std::int64_t blockSize = 128;
    std::int64_t steps = 10;
    Scope scope = Scope::Row;
    std::string pattern = "unstructured";
    bool referenceCount = false;
    std::optional<double> damping = {};
    std::vector<std::int64_t> blocks = {0, 2};
};

void fields(auto& field, Sample& p)
{
    field(p.sparsity, {.key = "sparsity", .domain = RealRange{.min = 0.0, .max = 0.95}});
    field(p.blockSize,
          {.key = "block-size", .domain = IntRange{.min = 64, .max = 300, .multipleOf = 64}});
    field(p.steps, {.key = "steps", .domain = IntRange{.min = 1}});
    field(p.scope, {.key = "scope"});
    field(p.pattern, {.key = "pattern",
                      .domain = Text{.pattern = "unstructured|[0-9]+:[0-9]+",
                                     .patternHelp = "unstructured, or N:M such as 2:4"}});
    field(p.referenceCount, {.key = "reference-count"});
    field(p.damping, {.key = "damping", .domain = RealRange{.min = 0.0}});
    field(p.blocks,
          {.key = "blocks",
           .domain = ListOf{.element = IntRange{.min = 0, .max = 9}, .minSize = 1, .maxSize = 3}});
}

const ParamSchema& schema()
{
    static const ParamSchema all = schemaOf<Sample>();
    return all;
}

ParamIssue onlyIssue(const ParamValues& values)
{
    const auto issues = validate(values, schema());
    VERIFY2(issues.size() == 1, std::to_string(issues.size()) + " issues");
    return issues.front();
}

using List = std::vector<ParamValue>;

void verifyIssue(const ParamValues& values, const std::string& message, const List& suggestions)
{
    const ParamIssue issue = onlyIssue(values);
    COMPARE(issue.message, message);
    VERIFY(issue.suggestions == suggestions);
    VERIFY(issue.blocks);
}

} // namespace

TEST(defaultsPassAndAreFilledIn)
{
    VERIFY(validate({}, schema()).empty());
    const ParamValues all = completed({}, schema());
    COMPARE(all.size(), 8U);
    VERIFY(validate(all, schema()).empty());
    const auto read =
        readParams<Sample>(completed({{"scope", "global"}, {"damping", 0.25}}, schema()));
    VERIFY(read.scope == Scope::Global);
    COMPARE(*read.damping, 0.25);
    VERIFY(read.blocks == (std::vector<std::int64_t>{0, 2}));
    COMPARE(read.blockSize, 128);
}

TEST(unknownKeyNamesTheNearest)
{
    verifyIssue({{"sparsty", 0.5}}, "There is no parameter \"sparsty\"; did you mean \"sparsity\"?",
                {"sparsity"});
    const ParamIssue far = onlyIssue({{"zzzzzz", 1}});
    COMPARE(
        far.message,
        "There is no parameter \"zzzzzz\"; known are sparsity, block-size, steps, scope, pattern, "
        "reference-count, damping, blocks.");
    const auto none = validate({{"x", 1}}, {});
    COMPARE(none.front().message, "There is no parameter \"x\"; this method has none.");
}

TEST(dashAndUnderscoreAreAlike)
{
    VERIFY(validate({{"block_size", 64}}, schema()).empty());
    const ParamValues all = completed({{"block_size", 64}}, schema());
    VERIFY(all.at("block-size") == ParamValue(64));
    COMPARE(all.count("block_size"), 0U);
    COMPARE(onlyIssue({{"block-size", 64}, {"block_size", 128}}).message,
            "block-size is given twice, once as block_size with 128. Keep one of them.");
}

TEST(realOutOfRange)
{
    verifyIssue({{"sparsity", -0.5}},
                "sparsity is -0.5, but must be a number from 0 to 0.95; 0 is the nearest.", {0.0});
    verifyIssue({{"sparsity", 50}},
                "sparsity is 50, but must be a number from 0 to 0.95; did you mean 0.5?", {0.5});
    verifyIssue({{"sparsity", std::numeric_limits<double>::quiet_NaN()}},
                "sparsity is nan, but must be a number from 0 to 0.95.", {});
    VERIFY(validate({{"sparsity", 0}}, schema()).empty());
    VERIFY(completed({{"sparsity", 0}}, schema()).at("sparsity") == ParamValue(0.0));
}

TEST(wrongTypesSayWhatWouldDo)
{
    verifyIssue({{"sparsity", "50 %"}},
                "sparsity is \"50 %\", but must be a number from 0 to 0.95; did you mean 0.5?",
                {0.5});
    verifyIssue({{"steps", "many"}}, "steps is \"many\", but must be a whole number, at least 1.",
                {});
    verifyIssue({{"steps", 9.7}},
                "steps is 9.7, but must be a whole number, at least 1; did you mean 10?", {10});
    verifyIssue({{"reference-count", 1}},
                "reference-count is 1, but must be true or false; did you mean true?", {true});
    verifyIssue({{"steps", ParamValue{}}},
                "steps is empty, but must be a whole number, at least 1; did you mean 10?", {10});
    VERIFY(validate({{"damping", ParamValue{}}}, schema()).empty());
}

TEST(multipleSuggestsBothNeighbours)
{
    verifyIssue({{"block-size", 100}},
                "block-size is 100, but must be a whole number from 64 to 300, a multiple of 64; "
                "64 or 128 would do.",
                {64, 128});
    verifyIssue({{"block-size", 299}},
                "block-size is 299, but must be a whole number from 64 to 300, a multiple of 64; "
                "256 would do.",
                {256});
    verifyIssue({{"block-size", 1000}},
                "block-size is 1000, but must be a whole number from 64 to 300, a multiple of 64; "
                "256 would do.",
                {256});
    verifyIssue({{"steps", 0}}, "steps is 0, but must be a whole number, at least 1; 1 would do.",
                {1});
}

TEST(choiceSuggestsTheNearest)
{
    verifyIssue(
        {{"scope", "gobal"}},
        "scope is \"gobal\", but must be one of linear, row, global; did you mean \"global\"?",
        {"global"});
    verifyIssue({{"scope", true}}, "scope is true, but must be one of linear, row, global.", {});
}

TEST(textHasItsPattern)
{
    VERIFY(validate({{"pattern", "2:4"}}, schema()).empty());
    verifyIssue({{"pattern", "2;4"}},
                "pattern is \"2;4\", but must be unstructured, or N:M such as 2:4.", {});
    VERIFY(
        !validate({{"pattern", std::string(1000000, '1')}}, schema()).empty()); // no deep recursion
    VERIFY_FAILS(validate({{"t", "a"}}, {{.key = "t", .domain = Text{.pattern = "("}}}),
                 ErrorCode::Internal, "not a regular expression");
}

TEST(numbersBecomeTextWhereTextIsWanted)
{
    const ParamSchema names{{.key = "name", .domain = Text{}, .fallback = ""}};
    VERIFY(validate({{"name", 3}}, names).empty());
    VERIFY(completed({{"name", 3}}, names).at("name") == ParamValue("3"));
}

TEST(listsAreCheckedElementByElement)
{
    VERIFY(validate({{"blocks", List{1, 2, 3}}}, schema()).empty());
    verifyIssue({{"blocks", List{}}}, "blocks has 0 values, but must have 1 to 3.", {});
    verifyIssue({{"blocks", List{1, 12}}},
                "value 2 of blocks is 12, but must be a whole number from 0 to 9; 9 would do.",
                {ParamValue(List{1, 9})});
    verifyIssue({{"blocks", 3}},
                "blocks is 3, but must be a list of whole numbers from 0 to 9; did you mean 3?",
                {ParamValue(List{3})});
}

TEST(nearestWords)
{
    const std::vector<std::string> known{"learning-rate", "temperature", "seed"};
    VERIFY(nearest("learnign_rate", known) == std::vector<std::string>{"learning-rate"});
    VERIFY(nearest("temp", known) == std::vector<std::string>{"temperature"});
    VERIFY(nearest("sede", known) == std::vector<std::string>{"seed"});
    VERIFY(nearest("q", known).empty());
    VERIFY(nearest(std::string(1000000, 'a'), known).empty());
    COMPARE(nearest("runs", {"run", "rune", "ruins"}, 2).size(), 2U);
}
