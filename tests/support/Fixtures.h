// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

namespace espalier::test {

/// tests/data of the source tree.
Path dataFolder();
/// resources/demo: stories260k/ and tinystories_sample.txt.
Path demoFolder();

} // namespace espalier::test
