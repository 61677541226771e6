// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace espalier {

using Path = std::filesystem::path;

/// The whole file. Throws NotFound or Io with the path and the system's reason.
ESPALIER_API std::string readFile(const Path& file);

/// Writes under a temporary name beside `file`, fsyncs, renames, fsyncs the folder: after a crash
/// there is the old file or the new one, never half of one. Throws Io with the path, the system's
/// reason and, when the disk is full, the bytes that were wanted; the temporary file is removed.
ESPALIER_API void writeFileAtomically(const Path& file, std::string_view content);

/// The same for content that is produced piece by piece: `write` gets a function that appends
/// bytes.
using ByteSink = std::function<void(const void* data, std::size_t bytes)>;
ESPALIER_API void writeFileAtomically(const Path& file,
                                      const std::function<void(const ByteSink&)>& write);

/// fsync of a folder, so that a rename in it is on disk.
ESPALIER_API void syncFolder(const Path& folder);

/// create_directories that throws Error(Io) in words.
ESPALIER_API void makeFolder(const Path& folder);

} // namespace espalier
