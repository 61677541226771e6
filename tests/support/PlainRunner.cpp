// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Test.h"

#include <cstdio>
#include <exception>

// Runs the registered tests where Qt is missing. Arguments: names of tests to run; none: all.

namespace {

int failures = 0;
int skipped = 0;

} // namespace

namespace espalier::test {

void fail(const std::string& message, const char* file, int line)
{
    std::printf("   Loc: [%s(%d)] %s\n", file, line, message.c_str());
    ++failures;
    throw Leave{};
}

void skip(const std::string& reason, const char*, int)
{
    std::printf("   skipped: %s\n", reason.c_str());
    ++skipped;
    throw Leave{};
}

} // namespace espalier::test

int main(int argc, char** argv)
{
    int ran = 0;
    for (const auto& test : espalier::test::registry()) {
        bool wanted = argc < 2;
        for (int i = 1; i < argc; ++i) {
            wanted = wanted || test.name == argv[i];
        }
        if (!wanted) {
            continue;
        }
        ++ran;
        const int before = failures;
        try {
            test.function();
        } catch (const espalier::test::Leave&) {
        } catch (const std::exception& error) {
            std::printf("   threw: %s\n", error.what());
            ++failures;
        }
        std::printf("%s: %s\n", failures == before ? "PASS" : "FAIL!", test.name.c_str());
    }
    std::printf("Totals: %d run, %d failed, %d skipped\n", ran, failures, skipped);
    return failures > 0 || ran == 0 ? 1 : 0;
}
