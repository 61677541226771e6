// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/VocabularyCheck.h"

#include "core/base/Error.h"
#include "core/tokenizer/Tokenizer.h"

#include <algorithm>
#include <system_error>

namespace espalier {

namespace {

bool isSameFolder(const Path& a, const Path& b)
{
    std::error_code ignored;
    return a == b || std::filesystem::equivalent(a, b, ignored);
}

[[noreturn]] void refuse(const VocabularyWords& words, const std::string& what)
{
    throw Error(ErrorCode::InvalidInput, "The " + words.first + " and the " + words.second +
                                             " have different vocabularies: " + what + ". " +
                                             words.remedy);
}

[[noreturn]] void refuseTokenizers(const Tokenizer& first, const Tokenizer& second,
                                   const VocabularyWords& words)
{
    const std::int64_t shared = std::min(first.vocabSize(), second.vocabSize());
    std::string what = "the " + words.first + "'s tokenizer has " +
                       std::to_string(first.vocabSize()) + " entries, the " + words.second + "'s " +
                       std::to_string(second.vocabSize());
    for (std::int32_t id = 0; id < shared; ++id) {
        const std::string ours = first.tokenOf(id);
        const std::string theirs = second.tokenOf(id);
        if (ours != theirs) {
            what += "; the first difference is token " + std::to_string(id) + ", \"" + ours +
                    "\" for the " + words.first + " and \"" + theirs + "\" for the " + words.second;
            break;
        }
    }
    refuse(words, what);
}

} // namespace

VocabularyWords wordsOfDivergence(const std::string& reference)
{
    return {"model", reference,
            "A divergence compares distributions over one vocabulary: choose a " + reference +
                " with the same tokenizer."};
}

std::string requireSameVocabulary(const VocabularyOf& first, const VocabularyOf& second,
                                  const VocabularyWords& words)
{
    if (first.size != second.size) {
        refuse(words, "the " + words.first + "'s has " + std::to_string(first.size) +
                          " tokens, the " + words.second + "'s " + std::to_string(second.size));
    }
    if (isSameFolder(first.folder, second.folder)) {
        return {};
    }
    for (const VocabularyOf* model : {&first, &second}) {
        if (!Tokenizer::isIn(model->folder)) {
            return "Only the vocabularies' sizes were compared, not their tokens: there is no "
                   "tokenizer.json in " +
                   model->folder.string() + ".";
        }
    }
    const auto ours = Tokenizer::open(first.folder);
    const auto theirs = Tokenizer::open(second.folder);
    if (ours->fingerprint() != theirs->fingerprint()) {
        refuseTokenizers(*ours, *theirs, words);
    }
    return {};
}

} // namespace espalier
