// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"

#include <cmath>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// Tests of core, plugins and espalier-run. The file itself sees no Qt, so that it also builds where
// Qt is missing and never mixes Qt's headers with libtorch's; with Qt the program is a Qt Test
// program all the same (support/QtRunner.cpp), without it a plain runner takes over
// (support/PlainRunner.cpp).
//
//     TEST(keepsSmallWeightsOnStrongInputs)
//     {
//         COMPARE(values(layer.weight()), list({ 1, -2, 0 }));
//     }

namespace espalier::test {

struct Registered {
    std::string name;
    void (*function)();
};

std::vector<Registered>& registry();

struct Registration {
    Registration(const char* name, void (*function)());
};

/// Leaves the test after a failure or a skip that has already been reported.
struct Leave {};

[[noreturn]] void fail(const std::string& message, const char* file, int line);
[[noreturn]] void skip(const std::string& reason, const char* file, int line);

template <class T>
std::string describe(const T& value)
{
    if constexpr (requires(std::ostringstream & out) { out << value; }) {
        std::ostringstream out;
        out.precision(17);
        out << value;
        return out.str();
    } else if constexpr (requires {
                             value.begin();
                             value.end();
                         }) {
        std::string text = "[";
        for (const auto& element : value) {
            text += (text.size() > 1 ? ", " : "") + describe(element);
        }
        return text + "]";
    } else {
        return "(no text form)";
    }
}

} // namespace espalier::test

#define TEST(testName)                                                                             \
    static void testName();                                                                        \
    static const ::espalier::test::Registration testName##Registration(#testName, testName);       \
    static void testName()

#define VERIFY(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ::espalier::test::fail("not true: " #condition, __FILE__, __LINE__);                   \
        }                                                                                          \
    } while (false)

#define VERIFY2(condition, message)                                                                \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ::espalier::test::fail(std::string("not true: " #condition ": ") + (message),          \
                                   __FILE__, __LINE__);                                            \
        }                                                                                          \
    } while (false)

/// Takes both by value: a reference to a member of a temporary would outlive it.
#define COMPARE(actual, expected)                                                                  \
    do {                                                                                           \
        const auto actualValue = (actual);                                                         \
        const auto expectedValue = (expected);                                                     \
        if (!(actualValue == expectedValue)) {                                                     \
            ::espalier::test::fail(#actual " is " + ::espalier::test::describe(actualValue) +      \
                                       ", expected " + ::espalier::test::describe(expectedValue),  \
                                   __FILE__, __LINE__);                                            \
        }                                                                                          \
    } while (false)

/// |actual - expected| <= tolerance; a NaN fails.
#define COMPARE_CLOSE(actual, expected, tolerance)                                                 \
    do {                                                                                           \
        const double actualValue = (actual);                                                       \
        const double expectedValue = (expected);                                                   \
        if (!(std::abs(actualValue - expectedValue) <= (tolerance))) {                             \
            ::espalier::test::fail(#actual " is " + ::espalier::test::describe(actualValue) +      \
                                       ", expected " + ::espalier::test::describe(expectedValue) + \
                                       " within " + ::espalier::test::describe(tolerance),         \
                                   __FILE__, __LINE__);                                            \
        }                                                                                          \
    } while (false)

/// The statement throws Error with this code and a message that contains `words`.
#define VERIFY_FAILS(statement, errorCode, words)                                                  \
    do {                                                                                           \
        bool thrown = false;                                                                       \
        try {                                                                                      \
            statement;                                                                             \
        } catch (const ::espalier::Error& error) {                                                 \
            thrown = true;                                                                         \
            VERIFY2(error.code() == (errorCode),                                                   \
                    std::string(::espalier::nameOf(error.code())) + ": " + error.what());          \
            VERIFY2(std::string_view(error.what()).find(words) != std::string_view::npos,          \
                    error.what());                                                                 \
        }                                                                                          \
        VERIFY2(thrown, "nothing was thrown");                                                     \
    } while (false)

#define SKIP(reason) ::espalier::test::skip((reason), __FILE__, __LINE__)
