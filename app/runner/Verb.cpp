// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Verb.h"

#include "app/runner/Arguments.h"
#include "app/runner/Help.h"
#include "app/runner/Output.h"
#include "core/base/Error.h"
#include "core/method/BuildInfo.h"
#include "core/params/Params.h"
#include "core/run/BuildRevision.h"

#include <algorithm>
#include <cstdio>

namespace espalier::cli {

const std::vector<Verb>& verbs()
{
    static const std::vector<Verb> all{
        {"apply", "METHOD --model DIR [options]", "run one method on a model", applyVerb,
         applyOptions, "Submitting the run"},
        {"run", "RECIPE.yaml [options]", "run a recipe or a study", runVerb, runOptions,
         "Submitting the runs"},
        {"evaluate", "perplexity|divergence|speed|footprint --model DIR [options]",
         "measure a model", evaluateVerb, evaluateOptions, "Evaluating"},
        {"generate", "--model DIR --prompt TEXT [options]", "continue a text", generateVerb,
         generateOptions, "Generating text"},
        {"tokenize", "--model DIR (--text TEXT | --file FILE)", "show token ids", tokenizeVerb,
         tokenizeOptions, "Tokenizing"},
        {"export", "--model DIR --gguf FILE [--type q8_0] | --verify FILE",
         "write a model for llama.cpp", exportVerb, exportOptions, "Exporting"},
        {"methods", "[ID]", "list methods, or describe one", methodsVerb, methodsOptions,
         "Listing methods"},
        {"models", "list | show NAME|DIR | add DIR | import FILE.bin --tokenizer FILE --out DIR",
         "the workspace's models", modelsVerb, modelsOptions, "Looking at models"},
        {"runs",
         "list | show RUN... | compare RUN RUN... | resume RUN... | stop RUN... | delete RUN... | "
         "tag RUN... --add TAG | note RUN... --text TEXT | move RUN --before RUN",
         "the workspace's runs", runsVerb, runsOptions, "Looking at runs"},
        {"report", "RUN... --out DIR", "write a report about runs", reportVerb, reportVerbOptions,
         "Writing the report"},
        {"store", "check|rebuild", "check or rebuild the workspace's database", storeVerb,
         storeOptions, "Looking at the database"},
        {"worker", "--run-folder DIR", "execute one run of a queue (started by Espalier itself)",
         workerVerb, workerOptions, "Starting the run"},
    };
    return all;
}

namespace {

const Verb* findVerb(const std::string& name)
{
    const auto found = std::ranges::find(verbs(), name, &Verb::name);
    return found == verbs().end() ? nullptr : &*found;
}

bool isInput(ErrorCode code)
{
    return code == ErrorCode::InvalidInput || code == ErrorCode::NotFound ||
           code == ErrorCode::Unsupported || code == ErrorCode::Corrupt;
}

bool wantsJson(const Words& words)
{
    return std::ranges::find(words, "--json") != words.end();
}

/// The sentence on stderr and, where JSON is asked for, the one document.
struct Refusal {
    bool json;
    std::string_view during;

    int tell(const std::string& message, std::string_view code, int exitCode) const
    {
        if (json) {
            printJson({{"error", errorJson(code, message, during)}});
        }
        std::fprintf(stderr, "espalier-run: %s\n", message.c_str());
        return exitCode;
    }
};

} // namespace

int exitCodeOf(ErrorCode code)
{
    return isInput(code) ? Refused : RunFailed;
}

int dispatch(const Words& words)
{
    if (words.empty() || words.front() == "--help" || words.front() == "help") {
        showHelp(wantsJson(words));
        return words.empty() ? Usage : Done;
    }
    if (words.front() == "--version") {
        if (wantsJson(words)) {
            printJson({{"build", ESPALIER_BUILD_ID}, {"revision", buildRevision()}});
        } else {
            std::printf("%s\n", ESPALIER_BUILD_ID);
        }
        return Done;
    }
    const Refusal wrongUse{wantsJson(words), "Reading the command line"};
    const Verb* verb = findVerb(words.front() == "--list" ? "methods" : words.front());
    if (verb == nullptr) {
        std::vector<std::string> names;
        for (const Verb& known : verbs()) {
            names.emplace_back(known.name);
        }
        const auto close = nearest(words.front(), names);
        return wrongUse.tell("There is no verb \"" + words.front() + "\"." +
                                 (close.empty() ? " See espalier-run --help."
                                                : " Did you mean " + close.front() + "?"),
                             "usage", Usage);
    }
    const Words rest(words.begin() + 1, words.end());
    const Refusal refusal{wrongUse.json, verb->during};
    try {
        return verb->run(rest);
    } catch (const UsageError& error) {
        return wrongUse.tell(error.what(), "usage", Usage);
    } catch (const Error& error) {
        return refusal.tell(error.what(), nameOf(error.code()), exitCodeOf(error.code()));
    } catch (const Cancelled&) {
        return refusal.tell("Stopped.", "cancelled", WasCancelled);
    } catch (const std::exception& error) {
        return refusal.tell(error.what(), "internal", RunFailed);
    }
}

} // namespace espalier::cli
