// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/RecordParts.h"

#include "core/base/Error.h"

namespace espalier {

std::string textOr(const Json& record, const char* field, const std::string& fallback)
{
    const auto found = record.find(field);
    if (found == record.end() || found->is_null()) {
        return fallback;
    }
    if (!found->is_string()) {
        throw UnusableRecord("the field \"" + std::string(field) + "\" holds " +
                             found->type_name() + ", not text");
    }
    return found->get<std::string>();
}

std::string filledText(const Json& record, const char* field)
{
    if (!record.contains(field)) {
        throw UnusableRecord("it has no field \"" + std::string(field) + "\", its fields are " +
                             fieldNames(record));
    }
    const std::string text = textOr(record, field, "");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw UnusableRecord("the field \"" + std::string(field) + "\" is empty");
    }
    return text;
}

void readUsableRecords(std::string_view content, const RecordSource& source,
                       const JsonRecordReader& read)
{
    readJsonRecords(content, source.name, [&](const Json& record, std::size_t line) {
        try {
            read(record, line);
        } catch (const UnusableRecord& reason) {
            if (source.bad == BadRecords::Refuse) {
                throw Error(ErrorCode::InvalidInput,
                            placeOf(source.name, line) + " cannot be used: " + reason.what() + ".");
            }
            source.rejected->push_back({line, reason.what()});
        }
    });
}

void requireSome(std::size_t count, const std::string& name,
                 const std::vector<RejectedRecord>& rejected)
{
    if (count > 0) {
        return;
    }
    throw Error(ErrorCode::InvalidInput, rejected.empty()
                                             ? name + " holds no record. Name a file with some."
                                             : placeOf(name, rejected.front().line) +
                                                   " cannot be used, nor can any other record: " +
                                                   rejected.front().why + ".");
}

} // namespace espalier
