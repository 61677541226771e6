// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
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

std::vector<OptionSpec> paramsOf(const Method* method)
{
    return method == nullptr ? std::vector<OptionSpec>{} : paramOptions(method->params());
}

std::vector<OptionSpec> operator+(std::vector<OptionSpec> some, const std::vector<OptionSpec>& more)
{
    some.insert(some.end(), more.begin(), more.end());
    return some;
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

std::vector<OptionSpec> applyOptions()
{
    return specOptions() + sessionOptions();
}

int applyVerb(const Words& words)
{
    const MethodCatalog methods(methodFolders());
    const std::string id = methodIn(words);
    const Method* method = id.empty() || id == "none" ? nullptr : &methods.require(id);
    const Arguments arguments = Arguments::parse(words, applyOptions() + paramsOf(method));
    if (arguments.has("help")) {
        return showVerbHelp("apply", arguments.has("json"),
                            {method == nullptr ? "" : id, paramsOf(method)});
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
        Json document = runJson(reader, record);
        addOutcome(document, {record});
        printJson(document);
    } else {
        printOutcome(reader, record);
    }
    printFailures({record});
    printWarnings(reader, record.id);
    return exitCodeOf(record);
}

} // namespace espalier::cli
