// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TokenizerJson.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TruncateAndPad.h"

#include <algorithm>

namespace espalier {

namespace {

std::vector<AddedToken> addedTokensOf(const JsonPart& file)
{
    std::vector<AddedToken> tokens;
    if (file.has("added_tokens")) {
        for (const Json& element : file.list("added_tokens")) {
            tokens.push_back(addedTokenFrom(JsonPart(element, file.where() + ", added_tokens")));
        }
    }
    sortById(tokens);
    return tokens;
}

template <class Make>
auto makeIfThere(const JsonPart& file, const char* key, const Make& make) -> decltype(make(file))
{
    return file.has(key) ? make(file.part(key)) : nullptr;
}

} // namespace

void sortById(std::vector<AddedToken>& tokens)
{
    std::ranges::stable_sort(tokens,
                             [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

TokenizerParts partsOf(const JsonPart& file)
{
    TokenizerParts parts;
    parts.added = addedTokensOf(file);
    const JsonPart model = file.part("model");
    const std::string type = modelTypeOf(model);
    if (type != "BPE" && type != "WordPiece" && type != "Unigram" && type != "WordLevel") {
        model.unsupported("the model type \"" + type + "\"");
    }
    parts.vocabulary = std::make_unique<Vocabulary>(model, parts.added);
    parts.model = makeTokenModel(model, *parts.vocabulary);
    parts.normalizer = makeIfThere(file, "normalizer", makeNormalizer);
    parts.preTokenizer = makeIfThere(file, "pre_tokenizer", makePreTokenizer);
    parts.postProcessor = makeIfThere(file, "post_processor", [&](const JsonPart& part) {
        return makePostProcessor(part, *parts.vocabulary);
    });
    parts.decoder = makeIfThere(file, "decoder", makeDecoder);
    parts.truncation = truncationOf(file);
    parts.padding = paddingOf(file);
    return parts;
}

} // namespace espalier
