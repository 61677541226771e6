// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Arguments.h"
#include "app/runner/Help.h"
#include "app/runner/Output.h"
#include "app/runner/Verb.h"
#include "core/base/Path.h"
#include "core/tokenizer/ChatTemplate.h"
#include "core/tokenizer/Tokenizer.h"

#include <cstdio>

namespace espalier::cli {

namespace {

Json pairsOf(const std::vector<ByteRange>& ranges)
{
    Json list = Json::array();
    for (const ByteRange& range : ranges) {
        list.push_back(Json::array({range.begin, range.end}));
    }
    return list;
}

EncodeOptions optionsOf(const Arguments& arguments)
{
    EncodeOptions options;
    if (arguments.has("repair")) {
        options.invalidText = InvalidText::Replace;
    }
    if (arguments.has("no-special")) {
        options.special = SpecialTokens::Leave;
    }
    if (arguments.has("max-length")) {
        options.truncation = Truncation{.maxLength = arguments.number("max-length", 0, 1)};
    }
    return options;
}

std::string textOf(const Arguments& arguments)
{
    return arguments.has("text") ? *arguments.value("text") : readFile(*arguments.value("file"));
}

Json tokensOf(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids)
{
    Json tokens = Json::array();
    for (const std::int32_t id : ids) {
        tokens.push_back(tokenizer.tokenOf(id));
    }
    return tokens;
}

Json resultOf(const Tokenizer& tokenizer, const Encoding& encoding, const Arguments& arguments,
              const std::string& text)
{
    Json result = {{"ids", encoding.ids},
                   {"tokens", tokensOf(tokenizer, encoding.ids)},
                   {"count", encoding.size()},
                   {"decoded", tokenizer.decode(encoding.ids)},
                   {"vocabulary", tokenizer.vocabSize()},
                   {"fingerprint", tokenizer.fingerprint()}};
    if (arguments.has("offsets")) {
        result["offsets"] = pairsOf(encoding.offsets);
        result["types"] = encoding.typeIds;
        result["special"] = encoding.specialMask;
        if (!arguments.has("pair")) {
            result["character_offsets"] = pairsOf(characterOffsets(text, encoding.offsets));
        }
    }
    return result;
}

void printLines(const Tokenizer& tokenizer, const Encoding& encoding)
{
    for (std::size_t i = 0; i < encoding.size(); ++i) {
        std::printf("%d\t%zu-%zu\t%s\n", encoding.ids[i], encoding.offsets[i].begin,
                    encoding.offsets[i].end,
                    compactText(Json(tokenizer.tokenOf(encoding.ids[i]))).c_str());
    }
}

void printIds(const std::vector<std::int32_t>& ids)
{
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::printf("%s%d", i == 0 ? "" : " ", ids[i]);
    }
    std::printf("\n");
}

ChatTemplate templateOf(const Arguments& arguments)
{
    const std::string name = *arguments.value("chat");
    return name == "auto" ? ChatTemplate::ofModel(arguments.required("model"))
                          : ChatTemplate::named(name);
}

/// The text as the question of a user, behind --system.
int tokenizeChat(const Tokenizer& tokenizer, const Arguments& arguments)
{
    for (const char* other : {"pair", "max-length", "offsets", "no-special", "repair"}) {
        if (arguments.has(other)) {
            throw UsageError("--chat and --" + std::string(other) + " do not go together.");
        }
    }
    std::vector<ChatMessage> messages;
    if (arguments.has("system")) {
        messages.push_back({ChatRole::System, *arguments.value("system")});
    }
    messages.push_back({ChatRole::User, textOf(arguments)});
    const ChatTemplate chatTemplate = templateOf(arguments);
    const EncodedChat chat = chatTemplate.encode(tokenizer, messages, ChatEnd::AsksForAnswer);
    if (arguments.has("json")) {
        printJson({{"template", chatTemplate.name()},
                   {"text", chat.text},
                   {"ids", chat.ids},
                   {"tokens", tokensOf(tokenizer, chat.ids)},
                   {"count", chat.ids.size()}});
    } else {
        printIds(chat.ids);
    }
    return Done;
}

} // namespace

std::vector<OptionSpec> tokenizeOptions()
{
    return {
        {"model", "DIR", "folder with tokenizer.json or other tokenizer files, or GGUF file"},
        {"text", "TEXT", "the text"},
        {"file", "FILE", "a file of text"},
        {"pair", "TEXT", "a second text, as classifiers of pairs take it"},
        {"no-special", "", "without the tokens that the tokenizer puts around a text"},
        {"max-length", "N", "cut to N tokens"},
        {"offsets", "", "where each token lies, in bytes of its text"},
        {"repair", "", "what is not UTF-8 becomes U+FFFD instead of being refused"},
        {"chat", "NAME|auto", "the text as a user's question; auto: by the model's own template"},
        {"system", "TEXT", "what the system says first (with --chat)"},
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
    if (arguments.has("chat")) {
        return tokenizeChat(*tokenizer, arguments);
    }
    if (arguments.has("system")) {
        throw UsageError("--system needs --chat.");
    }
    const std::string text = textOf(arguments);
    const EncodeOptions options = optionsOf(arguments);
    const Encoding encoding = arguments.has("pair")
                                  ? tokenizer->encodePair(text, *arguments.value("pair"), options)
                                  : tokenizer->encodeText(text, options);
    if (arguments.has("json")) {
        printJson(resultOf(*tokenizer, encoding, arguments, text));
    } else if (arguments.has("offsets")) {
        printLines(*tokenizer, encoding);
    } else {
        printIds(encoding.ids);
    }
    return Done;
}

} // namespace espalier::cli
