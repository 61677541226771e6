// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Arguments.h"
#include "app/runner/Help.h"
#include "app/runner/Output.h"
#include "app/runner/Verb.h"
#include "core/base/Path.h"
#include "core/tokenizer/Tokenizer.h"

#include <cstdio>

namespace espalier::cli {

std::vector<OptionSpec> tokenizeOptions()
{
    return {
        {"model", "DIR", "folder with tokenizer.json"},
        {"text", "TEXT", "the text"},
        {"file", "FILE", "a file of text"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

int tokenizeVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, tokenizeOptions());
    if (arguments.has("help")) {
        return showVerbHelp("tokenize", arguments.has("json"));
    }
    if (arguments.has("text") == arguments.has("file")) {
        throw UsageError("Give either --text or --file.");
    }
    const auto tokenizer = Tokenizer::open(arguments.required("model"));
    const std::string text =
        arguments.has("text") ? *arguments.value("text") : readFile(*arguments.value("file"));
    const std::vector<std::int32_t> ids = tokenizer->encode(text);
    if (arguments.has("json")) {
        Json tokens = Json::array();
        for (const std::int32_t id : ids) {
            tokens.push_back(tokenizer->tokenOf(id));
        }
        printJson({{"ids", ids},
                   {"tokens", tokens},
                   {"count", ids.size()},
                   {"decoded", tokenizer->decode(ids)},
                   {"vocabulary", tokenizer->vocabSize()},
                   {"fingerprint", tokenizer->fingerprint()}});
        return Done;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::printf("%s%d", i == 0 ? "" : " ", ids[i]);
    }
    std::printf("\n");
    return Done;
}

} // namespace espalier::cli
