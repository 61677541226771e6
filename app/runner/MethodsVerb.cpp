// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/SpecOptions.h"
#include "app/runner/Verb.h"

#include <cstdio>

namespace espalier::cli {

namespace {

const char* text(Need need)
{
    return need == Need::Required ? "required" : need == Need::Optional ? "optional" : "no";
}

Json methodJson(const Method& method)
{
    const MethodInfo info = method.info();
    const Needs needs = method.needs();
    Json params = Json::array();
    for (const ParamSpec& spec : method.params()) {
        params.push_back({{"key", spec.key},
                          {"label", spec.label},
                          {"help", spec.help},
                          {"symbol", spec.symbol},
                          {"unit", spec.unit},
                          {"default", toJson(spec.fallback)},
                          {"optional", spec.optional},
                          {"advanced", spec.advanced}});
    }
    return {{"id", info.id},
            {"title", info.title},
            {"summary", info.summary},
            {"authors", info.authors},
            {"year", info.year},
            {"paper", info.paper},
            {"bibtex", info.bibtex},
            {"version", info.version},
            {"needs",
             {{"calibration", text(needs.calibration)},
              {"teacher", text(needs.teacher)},
              {"gradients", needs.gradients}}},
            {"params", params}};
}

void describe(const Method& method)
{
    const MethodInfo info = method.info();
    const Needs needs = method.needs();
    std::printf("%s (%s, version %lld)\n%s\n%s\n\nNeeds: calibration %s, teacher %s, gradients "
                "%s\n\nParameters:\n%s",
                info.title.c_str(), info.id.c_str(), static_cast<long long>(info.version),
                info.summary.c_str(), info.paper.c_str(), text(needs.calibration),
                text(needs.teacher), needs.gradients ? "yes" : "no",
                helpLines(paramOptions(method.params())).c_str());
}

void list(const MethodCatalog& methods)
{
    std::vector<std::vector<std::string>> rows{
        {"Method", "Title", "Calibration", "Teacher", "Paper"}};
    for (const Method* method : methods.methods()) {
        const MethodInfo info = method->info();
        const Needs needs = method->needs();
        rows.push_back({info.id, info.title, text(needs.calibration), text(needs.teacher),
                        info.authors + " " + std::to_string(info.year)});
    }
    printTable(rows);
    for (const PluginRecord& plugin : methods.plugins()) {
        if (!plugin.reason.empty()) {
            std::printf("Refused: %s: %s\n", plugin.file.c_str(), plugin.reason.c_str());
        }
    }
}

} // namespace

std::vector<OptionSpec> methodsOptions()
{
    return {{"json", "", "one JSON document on stdout"}, {"help", "", "this text"}};
}

int methodsVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, methodsOptions());
    if (arguments.has("help")) {
        return showVerbHelp("methods", arguments.has("json"));
    }
    const MethodCatalog methods(methodFolders());
    if (!arguments.positionals().empty()) {
        const Method& method = methods.require(arguments.positionals().front());
        if (arguments.has("json")) {
            printJson(methodJson(method));
        } else {
            describe(method);
        }
        return Done;
    }
    if (!arguments.has("json")) {
        list(methods);
        return Done;
    }
    Json all = Json::array();
    for (const Method* method : methods.methods()) {
        all.push_back(methodJson(*method));
    }
    Json plugins = Json::array();
    for (const PluginRecord& plugin : methods.plugins()) {
        plugins.push_back(
            {{"file", plugin.file.string()}, {"id", plugin.id}, {"reason", plugin.reason}});
    }
    printJson({{"methods", all}, {"plugins", plugins}});
    return Done;
}

} // namespace espalier::cli
