// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Tokenizer.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"
#include "core/tokenizer/GgufTokenizer.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/RawFiles.h"
#include "core/tokenizer/TokenizerJson.h"

#include <array>

namespace espalier {

namespace {

constexpr std::array<const char*, 3> kSentencePieceNames{"tokenizer.model", "spiece.model",
                                                         "sentencepiece.bpe.model"};

bool isFile(const Path& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

std::optional<Path> sentencePieceIn(const Path& folder)
{
    for (const char* name : kSentencePieceNames) {
        if (isFile(folder / name)) {
            return folder / name;
        }
    }
    return {};
}

std::optional<TokenizerParts> partsIn(const Path& folder)
{
    if (const auto gguf = ggufFileOf(folder)) {
        const Json json = ggufTokenizer(GgufFile(*gguf));
        return partsOf(JsonPart(json, gguf->string()));
    }
    if (const Path path = folder / "tokenizer.json"; isFile(path)) {
        const Json json = parseJson(readFile(path), path.string());
        return partsOf(JsonPart(json, path.string()));
    }
    if (const auto model = sentencePieceIn(folder)) {
        return partsOfSentencePiece(*model, TokenizerConfig(folder));
    }
    if (isFile(folder / "vocab.json") && isFile(folder / "merges.txt")) {
        return partsOfVocabAndMerges(folder, TokenizerConfig(folder));
    }
    if (isFile(folder / "vocab.txt")) {
        return partsOfVocabTxt(folder, TokenizerConfig(folder));
    }
    return {};
}

} // namespace

Tokenizer::~Tokenizer() = default;

bool Tokenizer::isIn(const Path& folder)
{
    if (const auto gguf = ggufFileOf(folder)) {
        return hasGgufTokenizer(GgufFile(*gguf));
    }
    return isFile(folder / "tokenizer.json") || sentencePieceIn(folder) ||
           (isFile(folder / "vocab.json") && isFile(folder / "merges.txt")) ||
           isFile(folder / "vocab.txt");
}

std::unique_ptr<Tokenizer> Tokenizer::open(const Path& folder)
{
    if (auto parts = partsIn(folder)) {
        return std::make_unique<TokenizerPipeline>(std::move(*parts));
    }
    throw Error(ErrorCode::NotFound,
                "There is no tokenizer.json in " + folder.string() +
                    ", and no tokenizer.model, spiece.model or sentencepiece.bpe.model "
                    "(SentencePiece), no vocab.json with merges.txt (GPT-2, RoBERTa, CLIP) and no "
                    "vocab.txt (WordPiece) either. Add the files that belong to the model, or give "
                    "data as tokens:FILE.i32.");
}

} // namespace espalier
