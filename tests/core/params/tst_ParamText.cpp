// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/params/ParamText.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

using List = std::vector<ParamValue>;

const ParamSpec kReal{.key = "r", .domain = RealRange{}};
const ParamSpec kInteger{.key = "i", .domain = IntRange{}};
const ParamSpec kFlag{.key = "f", .domain = Flag{}};
const ParamSpec kText{.key = "t", .domain = Text{}};
const ParamSpec kIntegers{.key = "l", .domain = ListOf{.element = IntRange{}}};
const ParamSpec kTexts{.key = "l", .domain = ListOf{.element = Text{}}};

} // namespace

TEST(realsAsPeopleTypeThem)
{
    VERIFY(parseParam("0.5", kReal) == ParamValue(0.5));
    VERIFY(parseParam(" 50 % ", kReal) == ParamValue(0.5));
    VERIFY(parseParam("33.3%", kReal) == ParamValue(0.333));
    VERIFY(parseParam("5e1%", kReal) == ParamValue(0.5));
    VERIFY(parseParam("1e-4", kReal) == ParamValue(1e-4));
    VERIFY(parseParam("0,5", kReal) == ParamValue(0.5));
    VERIFY(parseParam("+2", kReal) == ParamValue(2.0));
    for (const char* wrong : {"", "half", "1,2,3", "nan", "inf", "0x10", "%", "1 2"}) {
        VERIFY2(parseParam(wrong, kReal) == ParamValue(wrong), wrong);
    }
}

TEST(integersAndFlags)
{
    VERIFY(parseParam("12", kInteger) == ParamValue(12));
    VERIFY(parseParam("-3", kInteger) == ParamValue(-3));
    VERIFY(parseParam("1e4", kInteger) == ParamValue(10000));
    for (const char* wrong : {"1.5", "99999999999999999999", "", "ten"}) {
        VERIFY2(parseParam(wrong, kInteger) == ParamValue(wrong), wrong);
    }
    VERIFY(parseParam("true", kFlag) == ParamValue(true));
    VERIFY(parseParam("off", kFlag) == ParamValue(false));
    VERIFY(parseParam("maybe", kFlag) == ParamValue("maybe"));
}

TEST(listsAndAbsentValues)
{
    VERIFY(parseParam("0,2,4", kIntegers) == ParamValue(List{0, 2, 4}));
    VERIFY(parseParam("[0, 2]", kIntegers) == ParamValue(List{0, 2}));
    VERIFY(parseParam("", kIntegers) == ParamValue(List{}));
    VERIFY(parseParam("1,x", kIntegers) == ParamValue(List{1, "x"}));
    ParamSpec optional = kReal;
    optional.optional = true;
    VERIFY(parseParam("none", optional) == ParamValue{});
    VERIFY(parseParam("", optional) == ParamValue{});
    const ParamSpec choice{.key = "c", .domain = Choice{{"none", "all"}}, .optional = true};
    VERIFY(parseParam("none", choice) == ParamValue("none"));
}

TEST(textReadsBack)
{
    COMPARE(toText(1e-4), "1e-4");
    COMPARE(toText(2.5e22), "2.5e22");
    COMPARE(toText(0.1 + 0.2), "0.30000000000000004");
    COMPARE(toText(4.0), "4");
    COMPARE(toText(ParamValue{}), "none");
    const std::pair<ParamValue, ParamSpec> cases[] = {
        {0.1 + 0.2, kReal},      {1e-300, kReal},     {4.0, kReal},
        {-7, kInteger},          {true, kFlag},       {" a b ", kText},
        {List{1, 2}, kIntegers}, {List{}, kIntegers}, {List{"a,b", "c\\", "d"}, kTexts}};
    for (const auto& [value, spec] : cases) {
        VERIFY2(parseParam(toText(value), spec) == value, toText(value));
    }
}

TEST(jsonReadsBack)
{
    const ParamValues values{{"a", 1},    {"b", 4.0},          {"c", "x"},
                             {"d", true}, {"e", ParamValue{}}, {"f", List{1, 2.5, "y"}}};
    VERIFY(paramsFromJson(parseJson(compactText(toJson(values)), "test")) == values);
    VERIFY_FAILS(paramFromJson(Json::object()), ErrorCode::InvalidInput, "is an object");
    VERIFY_FAILS(paramsFromJson(Json::array()), ErrorCode::InvalidInput,
                 "object of keys and values");
    VERIFY_FAILS(paramFromJson(parseJson("18446744073709551615", "test")), ErrorCode::InvalidInput,
                 "9223372036854775807");
}

TEST(helpOfASchema)
{
    const ParamSchema schema{
        {.key = "sparsity",
         .help = "Share of weights set to zero in every output row.",
         .domain = RealRange{.min = 0, .max = 0.95},
         .fallback = 0.5},
        {.key = "scope",
         .help = "What is compared.",
         .domain = Choice{{"row", "global"}},
         .fallback = "row"},
        {.key = "exact", .help = "Counts exactly.", .domain = Flag{}, .fallback = false},
        {.key = "block-size",
         .help = "Columns updated together.",
         .unit = "columns",
         .domain = IntRange{.min = 1, .multipleOf = 64},
         .fallback = 128},
    };
    const std::vector<HelpLine> expected{
        {"--sparsity REAL",
         "Share of weights set to zero in every output row (default 0.5, 0 to 0.95)."},
        {"--scope row|global", "What is compared (default row)."},
        {"--exact", "Counts exactly (default false)."},
        {"--block-size N",
         "Columns updated together (default 128 columns, at least 1, a multiple of 64)."},
    };
    VERIFY(helpLines(schema) == expected);
    COMPARE(alignedHelp({expected[0], expected[2]}, 60),
            "  --sparsity REAL  Share of weights set to zero in every\n"
            "                   output row (default 0.5, 0 to 0.95).\n"
            "  --exact          Counts exactly (default false).\n");
}
