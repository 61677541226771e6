// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Verb.h"
#include "core/base/FolderPath.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"
#include "core/checkpoint/Llama2cImport.h"
#include "core/model/ModelConfig.h"
#include "core/run/ModelList.h"

#include <cstdio>

namespace espalier::cli {

namespace {

Json modelJson(const ListedModel& model)
{
    Json json{{"name", model.name}, {"folder", model.folder.string()}};
    try {
        const ModelConfig config = readModelConfig(model.folder);
        json["family"] = config.family;
        json["parameters"] = parameterCount(config);
        json["blocks"] = config.layers;
        json["hidden_size"] = config.hiddenSize;
        json["heads"] = config.heads;
        json["key_value_heads"] = config.keyValueHeads;
        json["intermediate_size"] = config.intermediateSize;
        json["vocabulary"] = config.vocabSize;
        json["context_length"] = config.maxPositions;
        json["tied_embeddings"] = config.tiedEmbeddings;
        json["stored_type"] = nameOf(config.storedType);
        if (const auto gguf = ggufFileOf(model.folder)) {
            json["packed_types"] = GgufFile(*gguf).typesText();
        }
    } catch (const Error& error) {
        json["problem"] = error.what(); // an unmounted disk must not hide the other models
    }
    return json;
}

void print(const Json& models, bool json)
{
    if (json) {
        printJson({{"models", models}});
        return;
    }
    std::vector<std::vector<std::string>> rows{
        {"Model", "Family", "Parameters", "Blocks", "Hidden", "Weights", "Folder"}};
    for (const Json& model : models) {
        const auto number = [&](const char* key) {
            return model.contains(key) ? model[key].dump() : std::string("-");
        };
        rows.push_back({model["name"], model.value("family", "-"), number("parameters"),
                        number("blocks"), number("hidden_size"),
                        model.value("packed_types", model.value("stored_type", "-")),
                        model["folder"]});
    }
    printTable(rows);
    for (const Json& model : models) {
        if (model.contains("problem")) {
            std::fprintf(stderr, "%s: %s\n", model["name"].get<std::string>().c_str(),
                         model["problem"].get<std::string>().c_str());
        }
    }
}

ListedModel add(const Path& workspace, const Path& folder, const std::string& name)
{
    readModelConfig(folder); // refuses in words what is no model
    const ListedModel model{.name = name.empty() ? folderName(folder) : name,
                            .folder = absoluteFolder(folder)};
    addModel(WorkspaceLayout{workspace}.models(), model);
    return model;
}

} // namespace

std::vector<OptionSpec> modelsOptions()
{
    return {
        {"workspace", "DIR", "whose list", false, "ESPALIER_WORKSPACE, or the user's data folder"},
        {"name", "TEXT", "name in the list", false, "the folder's"},
        {"tokenizer", "FILE", "llama2.c tokenizer of the .bin (import)"},
        {"out", "DIR", "folder to make (import)"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

int modelsVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, modelsOptions());
    if (arguments.has("help")) {
        return showVerbHelp("models", arguments.has("json"));
    }
    const std::string action = arguments.positional(0, "action (add, import, list or show)");
    const Path workspace = workspaceOf(arguments);
    const bool json = arguments.has("json");
    if (action == "list") {
        Json all = Json::array();
        for (const ListedModel& model : listedModels(WorkspaceLayout{workspace}.models())) {
            all.push_back(modelJson(model));
        }
        print(all, json);
        return Done;
    }
    if (action == "show") {
        const std::string wanted = arguments.positional(1, "model");
        ListedModel shown{.name = folderName(wanted), .folder = wanted};
        for (const ListedModel& model : listedModels(WorkspaceLayout{workspace}.models())) {
            shown = model.name == wanted ? model : shown;
        }
        readModelConfig(shown.folder);
        print(Json::array({modelJson(shown)}), json);
        return Done;
    }
    if (action == "add") {
        print(Json::array({modelJson(add(workspace, arguments.positional(1, "folder"),
                                         arguments.valueOr("name", "")))}),
              json);
        return Done;
    }
    if (action == "import") {
        const Path output = arguments.required("out");
        importLlama2c(arguments.positional(1, "file"), arguments.required("tokenizer"), output);
        print(Json::array({modelJson(add(workspace, output, arguments.valueOr("name", "")))}),
              json);
        return Done;
    }
    throw UsageError("There is no models action \"" + action +
                     "\". Known are add, import, list and show.");
}

} // namespace espalier::cli
