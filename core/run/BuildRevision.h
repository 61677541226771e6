// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <string>

namespace espalier {

/// The commit this build was made from, "-dirty" behind it when files had been changed; "unknown"
/// for sources that are not in git.
ESPALIER_API std::string buildRevision();

} // namespace espalier
