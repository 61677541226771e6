// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Arguments.h"
#include "app/runner/Help.h"
#include "app/runner/Output.h"
#include "app/runner/Signals.h"
#include "app/runner/Verb.h"
#include "core/generate/GenerateText.h"
#include "core/run/SpecLimits.h"

#include <cstdio>

namespace espalier::cli {

std::vector<OptionSpec> generateOptions()
{
    return {
        {"model", "DIR", "folder of the model"},
        {"prompt", "TEXT", "the text to continue"},
        {"tokens", "N", "tokens to add at most", false, "128"},
        {"temperature", "T", "0 is greedy", false, "0"},
        {"seed", "N", "seed of the sampling", false, "0"},
        {"threads", "N", "threads", false, "all cores"},
        {"dtype", "fp32|bf16|fp16", "weights and compute", false, "fp32"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

int generateVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, generateOptions());
    if (arguments.has("help")) {
        return showVerbHelp("generate", arguments.has("json"));
    }
    const auto dtype = numberTypeFromName(arguments.valueOr("dtype", "fp32"));
    if (!dtype) {
        throw UsageError("--dtype is \"" + *arguments.value("dtype") +
                         "\"; it must be fp32, bf16 or fp16.");
    }
    if (!arguments.has("prompt")) {
        throw UsageError("The option --prompt is missing.");
    }
    const GenerateRequest request{.model = arguments.required("model"),
                                  .prompt = *arguments.value("prompt"),
                                  .tokens = arguments.number("tokens", 128, 1),
                                  .temperature = arguments.real("temperature", 0),
                                  .seed = static_cast<std::uint64_t>(arguments.number("seed", 0)),
                                  .threads = arguments.number("threads", 0, 1, kMostThreads),
                                  .dtype = *dtype};
    const bool json = arguments.has("json");
    const SignalWatch watch([] {});
    bool promptShown = json; // only once the prompt has been accepted
    const GeneratedText result = generateText(request, [&](std::string_view piece) {
        if (!promptShown) {
            std::printf("%s", request.prompt.c_str());
            promptShown = true;
        }
        if (!json) {
            std::fwrite(piece.data(), 1, piece.size(), stdout);
            std::fflush(stdout);
        }
        return !watch.arrived();
    });
    if (json) {
        Json document{{"text", result.text},
                      {"prompt_tokens", result.promptTokens},
                      {"tokens", result.tokens},
                      {"seconds", result.seconds}};
        if (watch.arrived()) {
            document["error"] = errorJson("cancelled", "Stopped.", "Generating text");
        }
        printJson(document);
    } else {
        std::printf("\n");
    }
    return watch.arrived() ? WasCancelled : Done;
}

} // namespace espalier::cli
