// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/data/InstructionSet.h"
#include "core/data/JsonRecords.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace espalier {

/// Why one record cannot be used, without its place; readUsableRecords() adds that.
class UnusableRecord : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The field's text, `fallback` where it is missing or null. Throws UnusableRecord for another
/// type.
std::string textOr(const Json& record, const char* field, const std::string& fallback);
/// The field's text. Throws UnusableRecord where it is missing, another type or blank.
std::string filledText(const Json& record, const char* field);

struct RecordSource {
    const std::string& name;
    BadRecords bad;
    std::vector<RejectedRecord>* rejected;
};

/// readJsonRecords(); an UnusableRecord becomes an Error(InvalidInput) with its place or an entry
/// of `rejected`.
void readUsableRecords(std::string_view content, const RecordSource& source,
                       const JsonRecordReader& read);

/// Throws InvalidInput when nothing is left, with the first reason.
void requireSome(std::size_t count, const std::string& name,
                 const std::vector<RejectedRecord>& rejected);

} // namespace espalier
