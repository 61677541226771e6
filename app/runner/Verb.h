// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier::cli {

/// What espalier-run exits with; documented in its help.
enum ExitCode : int {
    Done = 0,
    Usage = 2,
    Refused = 3,
    RunFailed = 4,
    WasCancelled = 5,
    Resumable = 75
};

using Words = std::vector<std::string>;

/// One verb of espalier-run; each has a file of its own.
struct Verb {
    std::string_view name;
    std::string_view usage;   // behind the name
    std::string_view summary; // one line
    int (*run)(const Words& words);
    std::vector<OptionSpec> (*options)() = nullptr;
    std::string_view during = {}; // what it was doing when it fails outside a run
};

std::vector<OptionSpec> applyOptions();
std::vector<OptionSpec> runOptions();
std::vector<OptionSpec> evaluateOptions();
std::vector<OptionSpec> generateOptions();
std::vector<OptionSpec> exportOptions();
std::vector<OptionSpec> tokenizeOptions();
std::vector<OptionSpec> methodsOptions();
std::vector<OptionSpec> modelsOptions();
std::vector<OptionSpec> runsOptions();
std::vector<OptionSpec> reportVerbOptions();
std::vector<OptionSpec> storeOptions();
std::vector<OptionSpec> workerOptions();

int applyVerb(const Words& words);
int runVerb(const Words& words);
int evaluateVerb(const Words& words);
int generateVerb(const Words& words);
int exportVerb(const Words& words);
int tokenizeVerb(const Words& words);
int methodsVerb(const Words& words);
int modelsVerb(const Words& words);
int runsVerb(const Words& words);
int reportVerb(const Words& words);
int storeVerb(const Words& words);
int workerVerb(const Words& words);

/// Every verb, in the order of the help.
const std::vector<Verb>& verbs();

/// Runs the verb that `words` names; turns UsageError and Error into one sentence on stderr and an
/// exit code.
int dispatch(const Words& words);

} // namespace espalier::cli
