// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <string>

namespace espalier {

struct DataFolders;

enum class SourceKind { Builtin = 1, Text, JsonLines, Tokens };

/// "jsonl:reviews.jsonl.gz#text", taken apart.
struct DataSource {
    SourceKind kind = SourceKind::Text;
    Path file = {};
    std::string field = {}; // jsonl only
    std::string name =
        {}; // "tinystories"; the file's name without ".txt", ".jsonl.gz" and the like
};

/// Throws InvalidInput with the grammar, or with the known names for an unknown builtin.
DataSource parseDataSource(const std::string& source, const DataFolders& folders);

/// Throws unless `file` can be read to its end: NotFound, Io (no permission), InvalidInput for a
/// folder, a device or a pipe, with the path in each sentence.
void requireReadable(const Path& file);

} // namespace espalier
