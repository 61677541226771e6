// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/RawFiles.h"
#include "core/tokenizer/Utf8.h"

namespace espalier {

std::vector<std::string> linesOf(const Path& file)
{
    const std::string content = readFile(file);
    if (const auto position = firstInvalidByte(content)) {
        throw Error(ErrorCode::Corrupt,
                    file.string() + " is not UTF-8 at byte " + std::to_string(*position) +
                        ". Copy the file again from where the model came from.");
    }
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        std::string line = content.substr(begin, end - begin);
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        lines.push_back(std::move(line));
        begin = end + 1;
    }
    return lines;
}

TokenizerParts partsOfVocabTxt(const Path& folder, const TokenizerConfig& config)
{
    const Path file = folder / "vocab.txt";
    const std::vector<std::string> texts = linesOf(file);
    TokenizerParts parts;
    parts.added = config.addedTokens({{"unk_token", "[UNK]"},
                                      {"sep_token", "[SEP]"},
                                      {"pad_token", "[PAD]"},
                                      {"cls_token", "[CLS]"},
                                      {"mask_token", "[MASK]"}},
                                     texts);
    parts.vocabulary = std::make_unique<Vocabulary>(texts, parts.added, file.string());
    const Json model = {{"unk_token", config.token("unk_token", "[UNK]").value_or("[UNK]")}};
    parts.model = makeWordPiece(JsonPart(model, file.string()), *parts.vocabulary);

    const bool lowers = config.flag("do_lower_case", true);
    const Json normalizer = {{"type", "BertNormalizer"},
                             {"handle_chinese_chars", config.flag("tokenize_chinese_chars", true)},
                             {"strip_accents", config.flag("strip_accents", lowers)},
                             {"lowercase", lowers}};
    parts.normalizer = makeNormalizer(JsonPart(normalizer, file.string()));
    const Json words = {{"type", "BertPreTokenizer"}};
    parts.preTokenizer = makePreTokenizer(JsonPart(words, file.string()));
    const Json decoder = {{"type", "WordPiece"}};
    parts.decoder = makeDecoder(JsonPart(decoder, file.string()));

    const std::string cls = config.token("cls_token", "[CLS]").value_or("[CLS]");
    const std::string sep = config.token("sep_token", "[SEP]").value_or("[SEP]");
    const auto clsId = parts.vocabulary->idOf(cls), sepId = parts.vocabulary->idOf(sep);
    if (!clsId || !sepId) {
        throw Error(
            ErrorCode::Corrupt,
            file.string() + " has no " + (clsId ? sep : cls) +
                ", which is put around every text. Copy the file again from where the model "
                "came from, or name the token in tokenizer_config.json.");
    }
    const Json frame = {{"type", "BertProcessing"}, {"cls", {cls, *clsId}}, {"sep", {sep, *sepId}}};
    parts.postProcessor = makePostProcessor(JsonPart(frame, file.string()), *parts.vocabulary);
    return parts;
}

} // namespace espalier
