// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <string>

namespace espalier {

/// Absolute, without "." and "..", and without a slash at its end: its filename() is its name.
ESPALIER_API Path absoluteFolder(const Path& folder);

/// "model" of "/data/model", "/data/model/" and, standing in it, of "." alike.
ESPALIER_API std::string folderName(const Path& folder);

} // namespace espalier
