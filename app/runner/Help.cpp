// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"

#include "app/runner/Output.h"
#include "app/runner/Verb.h"
#include "core/method/BuildInfo.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace espalier::cli {

namespace {

constexpr std::array<std::pair<ExitCode, const char*>, 6> kExitCodes{{
    {Done, "done"},
    {Usage, "usage"},
    {Refused, "input refused"},
    {RunFailed, "run failed"},
    {WasCancelled, "cancelled"},
    {Resumable, "interrupted and resumable"},
}};

Json optionsJson(const std::vector<OptionSpec>& options)
{
    Json list = Json::array();
    for (const OptionSpec& option : options) {
        const auto textOrNull = [](const std::string& text) {
            return text.empty() ? Json() : Json(text);
        };
        list.push_back({{"name", "--" + option.name},
                        {"value", textOrNull(option.value)}, // null: a flag
                        {"help", option.help},
                        {"default", textOrNull(option.fallback)},
                        {"repeats", option.repeats}});
    }
    return list;
}

Json verbJson(const Verb& verb)
{
    return {{"name", verb.name},
            {"usage", "espalier-run " + std::string(verb.name) + " " + std::string(verb.usage)},
            {"summary", verb.summary},
            {"options", optionsJson(verb.options())}};
}

Json helpJson()
{
    Json all = Json::array();
    for (const Verb& verb : verbs()) {
        all.push_back(verbJson(verb));
    }
    Json codes = Json::array();
    for (const auto& [code, meaning] : kExitCodes) {
        codes.push_back({{"code", static_cast<int>(code)}, {"meaning", meaning}});
    }
    return {{"program", "espalier-run"},
            {"version", ESPALIER_VERSION_TEXT},
            {"verbs", std::move(all)},
            {"exit_codes", std::move(codes)}};
}

} // namespace

int showHelp(bool json)
{
    if (json) {
        printJson(helpJson());
        return Done;
    }
    std::printf("espalier-run %s: makes language models smaller, without a window\n\n",
                ESPALIER_VERSION_TEXT);
    for (const Verb& verb : verbs()) {
        std::printf("  %-9.*s %.*s\n              %.*s\n", static_cast<int>(verb.name.size()),
                    verb.name.data(), static_cast<int>(verb.usage.size()), verb.usage.data(),
                    static_cast<int>(verb.summary.size()), verb.summary.data());
    }
    std::printf("\n`espalier-run VERB --help` lists a verb's options. --json on every verb, and on "
                "--help, prints\none JSON document on stdout and nothing else there; progress goes "
                "to stderr.\nExit codes: ");
    for (const auto& [code, meaning] : kExitCodes) {
        std::printf("%s%d %s", code == Done ? "" : ", ", static_cast<int>(code), meaning);
    }
    std::printf(".\n");
    return Done;
}

int showVerbHelp(std::string_view name, bool json, const MethodOptions& method)
{
    const Verb& verb = *std::ranges::find(verbs(), name, &Verb::name);
    if (json) {
        Json document = verbJson(verb);
        if (!method.method.empty()) {
            document["method"] = method.method;
            document["parameters"] = optionsJson(method.options);
        }
        printJson(document);
        return Done;
    }
    std::printf("espalier-run %.*s %.*s\n%.*s\n\n%s", static_cast<int>(verb.name.size()),
                verb.name.data(), static_cast<int>(verb.usage.size()), verb.usage.data(),
                static_cast<int>(verb.summary.size()), verb.summary.data(),
                helpLines(verb.options()).c_str());
    if (!method.method.empty()) {
        std::printf("\nParameters of %s:\n%s", method.method.c_str(),
                    helpLines(method.options).c_str());
    }
    return Done;
}

} // namespace espalier::cli
