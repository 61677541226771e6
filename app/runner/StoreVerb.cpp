// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Verb.h"

#include <cstdio>

namespace espalier::cli {

std::vector<OptionSpec> storeOptions()
{
    return readerOptions();
}

int storeVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, storeOptions());
    if (arguments.has("help")) {
        return showVerbHelp("store", arguments.has("json"));
    }
    const std::string action = arguments.positional(0, "action (check or rebuild)");
    const Path workspace = workspaceOf(arguments);
    if (action == "rebuild") {
        rebuildStore(workspace);
    } else if (action != "check") {
        throw UsageError("There is no store action \"" + action +
                         "\". Known are check and rebuild.");
    }
    const std::vector<std::string> findings = checkStore(workspace);
    const std::size_t runs = findings.empty() ? StoreReader(workspace).runs().size() : 0;
    if (arguments.has("json")) {
        Json document{{"workspace", workspace.string()},
                      {"action", action},
                      {"findings", findings},
                      {"runs", runs}};
        if (!findings.empty()) {
            document["error"] = errorJson("corrupt", findings.front(), "Checking the database");
        }
        printJson(document);
    } else if (findings.empty()) {
        std::printf("%s: sound, %zu runs.\n", workspace.c_str(), runs);
    }
    for (const std::string& finding : findings) {
        std::fprintf(stderr, "espalier-run: %s\n", finding.c_str());
    }
    return findings.empty() ? Done : Refused;
}

} // namespace espalier::cli
