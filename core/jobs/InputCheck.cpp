// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/InputCheck.h"

#include "core/base/Sha256.h"

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

} // namespace

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
