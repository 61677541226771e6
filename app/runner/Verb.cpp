// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Verb.h"

#include "app/runner/Arguments.h"
#include "app/runner/Output.h"
#include "core/base/Error.h"
#include "core/method/BuildInfo.h"
#include "core/params/Params.h"

#include <algorithm>
#include <cstdio>

namespace espalier::cli {

const std::vector<Verb>& verbs()
{
    static const std::vector<Verb> all{
        {"apply", "METHOD --model DIR [options]", "run one method on a model", applyVerb},
        {"run", "RECIPE.yaml [--set key=value ...] [--resume auto|never]",
         "run a recipe or a study", runVerb},
        {"evaluate", "perplexity|divergence|speed|footprint --model DIR [options]",
         "measure a model", evaluateVerb},
        {"generate", "--model DIR --prompt TEXT [options]", "continue a text", generateVerb},
        {"tokenize", "--model DIR (--text TEXT | --file FILE)", "show token ids", tokenizeVerb},
        {"methods", "[ID]", "list methods, or describe one", methodsVerb},
        {"models", "add|import|list|show", "the workspace's models", modelsVerb},
        {"runs", "list|show|compare|resume|stop|delete", "the workspace's runs", runsVerb},
        {"report", "RUN... --out DIR", "write a report about runs", reportVerb},
        {"store", "check|rebuild", "check or rebuild the workspace's database", storeVerb},
        {"worker", "--run-folder DIR", "execute one run of a queue (started by Espalier itself)",
         workerVerb},
    };
    return all;
}

namespace {

void printHelp()
{
    std::printf("espalier-run %s: makes language models smaller, without a window\n\n",
                ESPALIER_VERSION_TEXT);
    for (const Verb& verb : verbs()) {
        std::printf("  %-9.*s %.*s\n              %.*s\n", static_cast<int>(verb.name.size()),
                    verb.name.data(), static_cast<int>(verb.usage.size()), verb.usage.data(),
                    static_cast<int>(verb.summary.size()), verb.summary.data());
    }
    std::printf("\n`espalier-run VERB --help` lists a verb's options. --json on every verb prints "
                "one JSON\n"
                "document on stdout; progress goes to stderr.\n"
                "Exit codes: 0 done, 2 usage, 3 input refused, 4 run failed, 5 cancelled, 75 "
                "interrupted and\n"
                "resumable.\n");
}

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

int report(const Words& words, const std::string& message, std::string_view code, int exitCode)
{
    if (std::ranges::find(words, "--json") != words.end()) {
        printJson({{"error", {{"code", code}, {"message", message}}}});
    }
    std::fprintf(stderr, "espalier-run: %s\n", message.c_str());
    return exitCode;
}

} // namespace

int exitCodeOf(ErrorCode code)
{
    return isInput(code) ? Refused : RunFailed;
}

int dispatch(const Words& words)
{
    if (words.empty() || words.front() == "--help" || words.front() == "help") {
        printHelp();
        return words.empty() ? Usage : Done;
    }
    if (words.front() == "--version") {
        std::printf("%s\n", ESPALIER_BUILD_ID);
        return Done;
    }
    const Verb* verb = findVerb(words.front() == "--list" ? "methods" : words.front());
    if (verb == nullptr) {
        std::vector<std::string> names;
        for (const Verb& known : verbs()) {
            names.emplace_back(known.name);
        }
        const auto close = nearest(words.front(), names);
        return report(words,
                      "There is no verb \"" + words.front() + "\"." +
                          (close.empty() ? " See espalier-run --help."
                                         : " Did you mean " + close.front() + "?"),
                      "usage", Usage);
    }
    const Words rest(words.begin() + 1, words.end());
    try {
        return verb->run(rest);
    } catch (const UsageError& error) {
        return report(rest, error.what(), "usage", Usage);
    } catch (const Error& error) {
        return report(rest, error.what(), nameOf(error.code()), exitCodeOf(error.code()));
    } catch (const Cancelled&) {
        return report(rest, "Stopped.", "cancelled", WasCancelled);
    } catch (const std::exception& error) {
        return report(rest, error.what(), "internal", RunFailed);
    }
}

} // namespace espalier::cli
