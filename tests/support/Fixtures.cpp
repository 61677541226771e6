// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Fixtures.h"

namespace espalier::test {

Path dataFolder()
{
    return Path(ESPALIER_SOURCE_DIR) / "tests" / "data";
}

Path demoFolder()
{
    return Path(ESPALIER_SOURCE_DIR) / "resources" / "demo";
}

} // namespace espalier::test
