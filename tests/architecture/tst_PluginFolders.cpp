// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Path.h"
#include "tests/support/Test.h"

#include <string>

using namespace espalier;

/// Every method folder has its README with a citation and a test folder of its own.
TEST(everyMethodHasReadmeAndTest)
{
    const Path root = SOURCE_ROOT;
    int methods = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root / "plugins")) {
        if (!std::filesystem::exists(entry.path() / "CMakeLists.txt")) {
            continue;
        }
        ++methods;
        const std::string name = entry.path().filename().string();
        VERIFY2(std::filesystem::exists(entry.path() / "README.md"), name + " has no README.md");
        VERIFY2(readFile(entry.path() / "README.md").find("20") != std::string::npos,
                name + ": README without a year");
        VERIFY2(std::filesystem::exists(root / "tests" / "plugins" / name),
                "no tests in tests/plugins/" + name);
    }
    VERIFY(methods > 0);
}
