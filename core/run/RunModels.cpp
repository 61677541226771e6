// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/RunModels.h"

#include "core/run/JsonFields.h"

namespace espalier {

RunSpec withFolders(const RunRecord& record)
{
    RunSpec spec = record.spec;
    const auto settle = [&](const char* role, std::string& reference) {
        const Json model = record.provenance.value(role, Json::object());
        if (reference.starts_with("run:") && !textIn(model, "folder").empty()) {
            reference = textIn(model, "folder");
        }
    };
    settle("model", spec.model);
    settle("teacher", spec.teacher);
    return spec;
}

bool usesGeneratedText(const RunRecord& record)
{
    const Json data = record.provenance.value("data", Json::object());
    const Json calibration = data.value("calibration", Json::object());
    const auto generated = calibration.find("self_generated");
    return generated != calibration.end() && generated->is_boolean() && generated->get<bool>();
}

} // namespace espalier
