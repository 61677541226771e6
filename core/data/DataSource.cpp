// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/DataSource.h"

#include "core/base/Error.h"
#include "core/data/CalibrationSet.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace espalier {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kBuiltin{{
    {"tinystories", "tinystories_sample.txt"},
}};

constexpr std::string_view kGrammar =
    "builtin:tinystories, text:FILE, jsonl:FILE#field or tokens:FILE.i32";

[[noreturn]] void refuse(const std::string& source, const std::string& why)
{
    throw Error(ErrorCode::InvalidInput, "The data source \"" + source + "\" " + why + ". Write " +
                                             std::string(kGrammar) + ".");
}

std::string shortName(const Path& file)
{
    static constexpr std::array<std::string_view, 7> kEndings = {".gz",   ".zst", ".txt", ".jsonl",
                                                                 ".json", ".i32", ".raw"};
    Path name = file.filename();
    bool shorter = true;
    while (shorter) {
        shorter = false;
        for (const std::string_view ending : kEndings) {
            if (name.extension() == Path(ending) && name != name.extension()) {
                name = name.stem();
                shorter = true;
            }
        }
    }
    return name.string();
}

DataSource builtinSource(const std::string& name, const DataFolders& folders)
{
    std::string known;
    for (const auto& [builtin, file] : kBuiltin) {
        if (builtin == name) {
            return {SourceKind::Builtin, folders.builtin / file, "", name};
        }
        known += (known.empty() ? "" : ", ") + std::string(builtin);
    }
    throw Error(ErrorCode::InvalidInput, "There is no builtin data \"" + name + "\". Known: " +
                                             known + ". For a file of your own write text:FILE.");
}

} // namespace

DataSource parseDataSource(const std::string& source, const DataFolders& folders)
{
    const std::size_t colon = source.find(':');
    if (colon == std::string::npos) {
        refuse(source, "does not say what it is");
    }
    const std::string kind = source.substr(0, colon);
    std::string rest = source.substr(colon + 1);
    if (kind == "builtin") {
        return builtinSource(rest, folders);
    }
    if (kind != "text" && kind != "jsonl" && kind != "tokens") {
        refuse(source, "starts with \"" + kind + ":\", which is not known");
    }
    std::string field;
    if (kind == "jsonl") {
        const std::size_t hash = rest.rfind('#');
        if (hash == std::string::npos || hash + 1 == rest.size()) {
            refuse(source, "does not name the field that holds the text");
        }
        field = rest.substr(hash + 1);
        rest.erase(hash);
    }
    if (rest.empty()) {
        refuse(source, "names no file");
    }
    const SourceKind which = kind == "text"    ? SourceKind::Text
                             : kind == "jsonl" ? SourceKind::JsonLines
                                               : SourceKind::Tokens;
    return {which, rest, field, shortName(rest)};
}

void requireReadable(const Path& file)
{
    std::error_code reason;
    const auto status = std::filesystem::status(file, reason);
    if (!std::filesystem::exists(status) && !reason) {
        reason = std::make_error_code(std::errc::no_such_file_or_directory);
    }
    if (std::filesystem::is_directory(status)) {
        reason = std::make_error_code(std::errc::is_a_directory);
    } else if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        throw Error(ErrorCode::InvalidInput,
                    file.string() + " is no regular file, and data must come from one that has an "
                                    "end. Copy what you need of it into a file first.");
    } else if (!reason && ::access(file.c_str(), R_OK) != 0) {
        reason = std::error_code(errno, std::generic_category());
    }
    if (!reason) {
        return;
    }
    const ErrorCode code = reason == std::errc::no_such_file_or_directory ? ErrorCode::NotFound
                           : reason == std::errc::is_a_directory          ? ErrorCode::InvalidInput
                                                                          : ErrorCode::Io;
    throw Error(code, "Cannot read " + file.string() + ": " + reason.message() + ".");
}

} // namespace espalier
