// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <string>
#include <vector>

namespace espalier {

/// The words this program was started with, its name first; empty where the system does not tell.
ESPALIER_API std::vector<std::string> processWords();

} // namespace espalier
