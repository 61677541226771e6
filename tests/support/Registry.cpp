// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Test.h"

namespace espalier::test {

std::vector<Registered>& registry()
{
    static std::vector<Registered> tests;
    return tests;
}

Registration::Registration(const char* name, void (*function)())
{
    registry().push_back({name, function});
}

} // namespace espalier::test
