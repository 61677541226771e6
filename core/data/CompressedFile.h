// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <string>

namespace espalier {

/// The content of a file; gzip and Zstandard, known by their first bytes, are unpacked.
/// Throws NotFound, Io or Corrupt.
std::string readUnpacked(const Path& file);

} // namespace espalier
