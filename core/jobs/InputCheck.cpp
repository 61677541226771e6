// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/InputCheck.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/run/JsonFields.h"

namespace espalier {

namespace {

bool isSame(const Path& file, const Json& hash)
{
    return std::filesystem::is_regular_file(file) && sha256OfFile(file) == hash.value("sha256", "");
}

bool isSameModel(const Json& model)
{
    const Path folder = model.value("folder", "");
    const Json files = model.value("files", Json::object());
    for (const auto& [name, hash] : files.items()) {
        if (!isSame(folder / name, hash)) {
            return false;
        }
    }
    return true;
}

[[noreturn]] void refuseChanged(const std::string& what)
{
    throw Error(ErrorCode::InvalidInput,
                what + " changed since this run began, so what it has finished does not fit. Put "
                       "the earlier one back and resume, or begin anew with a new run.");
}

} // namespace

void requireSameInputs(const Json& before, const Json& now)
{
    for (const char* role : {"model", "teacher"}) {
        const Json known = before.value(role, Json::object());
        const Json found = now.value(role, Json::object());
        if (known.contains("files") && known["files"] != found.value("files", Json())) {
            refuseChanged("The " + std::string(role) + " in " + found.value("folder", ""));
        }
    }
    const Json known = before.value("data", Json::object());
    const Json found = now.value("data", Json::object());
    for (const auto& [name, entry] : known.items()) {
        if (textIn(entry, "fingerprint") !=
            textIn(found.value(name, Json::object()), "fingerprint")) {
            refuseChanged("The data " + textIn(entry, "source"));
        }
    }
}

bool inputsUnchanged(const RunRecord& record)
{
    for (const char* role : {"model", "teacher"}) {
        if (!isSameModel(record.provenance.value(role, Json::object()))) {
            return false;
        }
    }
    const Json data = record.provenance.value("data", Json::object());
    for (const auto& [name, entry] : data.items()) {
        const Json file = entry.value("file", Json::object());
        if (!file.empty() && !isSame(file.value("path", ""), file)) {
            return false;
        }
    }
    return true;
}

} // namespace espalier
