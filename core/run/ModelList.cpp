// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/ModelList.h"

#include "core/base/Error.h"

#include <algorithm>
#include <yaml-cpp/yaml.h>

namespace espalier {

namespace {

void write(const Path& file, const std::vector<ListedModel>& models)
{
    YAML::Emitter out;
    out << YAML::BeginSeq;
    for (const ListedModel& model : models) {
        out << YAML::BeginMap << YAML::Key << "name" << YAML::Value << model.name << YAML::Key
            << "folder" << YAML::Value << model.folder.string() << YAML::EndMap;
    }
    out << YAML::EndSeq;
    makeFolder(file.parent_path());
    writeFileAtomically(file, std::string(out.c_str()) + "\n");
}

} // namespace

std::vector<ListedModel> listedModels(const Path& file)
{
    std::vector<ListedModel> models;
    if (!std::filesystem::exists(file)) {
        return models;
    }
    try {
        for (const YAML::Node& node : YAML::Load(readFile(file))) {
            models.push_back({node["name"].as<std::string>(), node["folder"].as<std::string>()});
        }
    } catch (const YAML::Exception& error) {
        throw Error(ErrorCode::Corrupt, file.string() + ", line " +
                                            std::to_string(error.mark.line + 1) +
                                            ": each model needs a name and a folder (" + error.msg +
                                            "). Repair the line or remove the file.");
    }
    return models;
}

void addModel(const Path& file, const ListedModel& model)
{
    std::vector<ListedModel> models = listedModels(file);
    const auto found = std::ranges::find(models, model.name, &ListedModel::name);
    if (found != models.end()) {
        *found = model;
    } else {
        models.push_back(model);
    }
    write(file, models);
}

void removeModel(const Path& file, std::string_view name)
{
    std::vector<ListedModel> models = listedModels(file);
    std::erase_if(models, [&](const ListedModel& model) { return model.name == name; });
    write(file, models);
}

} // namespace espalier
