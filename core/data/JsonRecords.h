// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"

#include <functional>
#include <string>
#include <string_view>

namespace espalier {

/// A whole text file, unpacked. Throws NotFound, Io, Corrupt, or InvalidInput that names the line
/// of the first byte that is not UTF-8. A byte order mark at its start is dropped.
ESPALIER_API std::string readUtf8File(const Path& file);

/// Called with each record (always a JSON object) and the line where it starts, from 1.
using JsonRecordReader = std::function<void(const Json& record, std::size_t line)>;

/// The records of JSON Lines, blank lines passed over, or of one JSON array of objects; told apart
/// by the first character. One record is held at a time. Throws Corrupt for what is no JSON and
/// InvalidInput for a record that is no object, both with `name` and the line.
ESPALIER_API void readJsonRecords(std::string_view content, const std::string& name,
                                  const JsonRecordReader& read);

/// "answers.json, line 7": how messages name a place.
ESPALIER_API std::string placeOf(const std::string& file, std::size_t line);

/// "a, b, c", or "none".
ESPALIER_API std::string fieldNames(const Json& record);

} // namespace espalier
