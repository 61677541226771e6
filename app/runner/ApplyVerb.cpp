// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Session.h"
#include "app/runner/SpecOptions.h"
#include "app/runner/Verb.h"

#include <cstdio>

namespace espalier::cli {

namespace {

/// The method's id stands before the options, or anywhere that is no option's value.
std::string methodIn(const Words& words)
{
    return words.empty() || words.front().starts_with("--") ? "" : words.front();
}

std::vector<OptionSpec> allOptions(const Method* method)
{
    std::vector<OptionSpec> options = specOptions();
    if (method != nullptr) {
        for (OptionSpec& option : paramOptions(method->params())) {
            options.push_back(std::move(option));
        }
    }
    for (OptionSpec& option : sessionOptions()) {
        options.push_back(std::move(option));
    }
    return options;
}

void printExpectation(const Method& method, const RunSpec& spec)
{
    if (spec.model.starts_with("run:")) {
        return;
    }
    const ModelConfig config = readModelConfig(spec.model);
    for (const ExpectationLine& line :
         method.expectation(config, completed(spec.params, method.params()))) {
        std::fprintf(stderr, "  %s%s%s\n", line.headline.c_str(), line.detail.empty() ? "" : ": ",
                     line.detail.c_str());
    }
}

void printHelp(const Method* method)
{
    std::printf("espalier-run apply METHOD --model DIR [options]\n\n%s",
                helpLines(specOptions()).c_str());
    if (method != nullptr) {
        std::printf("\nParameters of %s:\n%s", method->info().id.c_str(),
                    helpLines(paramOptions(method->params())).c_str());
    }
    std::printf("\n%s", helpLines(sessionOptions()).c_str());
}

void printOutcome(const StoreReader& reader, const RunRecord& record)
{
    printRuns(reader, {record});
    for (const Artifact& artifact : record.artifacts) {
        if (artifact.kind == "model") {
            std::printf("Model: %s\n", fileOf(reader, record, artifact).c_str());
        }
    }
}

} // namespace

int applyVerb(const Words& words)
{
    const MethodCatalog methods(methodFolders());
    const std::string id = methodIn(words);
    const Method* method = id.empty() || id == "none" ? nullptr : &methods.require(id);
    const Arguments arguments = Arguments::parse(words, allOptions(method));
    if (arguments.has("help")) {
        printHelp(method);
        return Done;
    }
    if (id.empty()) {
        throw UsageError("The method is missing: espalier-run apply METHOD --model DIR.");
    }
    if (arguments.positionals().size() > 1) {
        throw UsageError("\"" + arguments.positionals()[1] +
                         "\" stands alone. Options start with two dashes.");
    }
    const RunSpec spec = specFrom(arguments, id, method);
    Session session(arguments, methods);
    const RunId run = session.queue().submit(spec);
    if (method != nullptr && !arguments.has("json")) {
        printExpectation(*method, spec);
    }
    session.drain();
    const StoreReader reader = session.reader();
    const RunRecord record = reader.run(run).value();
    if (arguments.has("json")) {
        printJson(runJson(reader, record));
    } else {
        printOutcome(reader, record);
    }
    printFailures({record});
    printWarnings(reader, record.id);
    return exitCodeOf(record);
}

} // namespace espalier::cli
