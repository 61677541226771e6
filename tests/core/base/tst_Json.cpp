// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "tests/support/Test.h"

#include <limits>

using namespace espalier;

TEST(namesSourceAndByteOfBrokenText)
{
    VERIFY_FAILS(parseJson("{\"a\": 1e999}", "config.json"), ErrorCode::Corrupt,
                 "a number too large");
    VERIFY_FAILS(parseJson("{\"a\": 1,", "config.json"), ErrorCode::Corrupt,
                 "config.json is not valid JSON");
}

TEST(nothingHidesBehindAZeroByte)
{
    using namespace std::string_view_literals;
    VERIFY_FAILS(parseJson("{\"a\": 1}\0 and more"sv, "header"), ErrorCode::Corrupt,
                 "header is not valid JSON: byte 9 is zero");
}

TEST(numbersThatJsonLacksComeBack)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    COMPARE(compactText(numberToJson(std::nan(""))), "null");
    COMPARE(numberFromJson(numberToJson(-kInfinity)), -kInfinity);
    VERIFY(std::isnan(numberFromJson(nullptr)));
    COMPARE(numberFromJson(parseJson(compactText(numberToJson(0.1)), "x")), 0.1);
}

TEST(invalidUtf8IsReplacedNotThrown)
{
    VERIFY(!compactText(Json("\xff")).empty());
}
