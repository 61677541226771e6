// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/RawFiles.h"
#include "core/tokenizer/SentencePieceModels.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

using Kind = SentencePieceFile::Kind;

bool isT5(const SentencePieceFile& file, const TokenizerConfig& config)
{
    const std::string name = config.className();
    return name.empty() ? file.bos < 0 && file.eos == 1 && file.pad == 0 && file.unknown == 2
                        : name == "T5Tokenizer";
}

/// Those that put other tokens around a text, or number the pieces in another way.
void refuseOthers(const TokenizerConfig& config)
{
    static constexpr std::array<std::string_view, 14> kOthers{
        "XLMRobertaTokenizer", "CamembertTokenizer", "BarthezTokenizer", "MBartTokenizer",
        "MBart50Tokenizer",    "NllbTokenizer",      "AlbertTokenizer",  "XLNetTokenizer",
        "DebertaV2Tokenizer",  "PegasusTokenizer",   "BigBirdTokenizer", "RemBertTokenizer",
        "FNetTokenizer",       "MarianTokenizer"};
    const std::string name = config.className();
    if (std::ranges::find(kOthers, name) != kOthers.end()) {
        throw Error(ErrorCode::Unsupported,
                    "A SentencePiece model with the tokenizer class " + name +
                        " needs rules of its own, which are not supported. Add the model's "
                        "tokenizer.json.");
    }
}

std::vector<AddedToken> addedOf(const SentencePieceFile& file, const TokenizerConfig& config,
                                bool t5)
{
    std::vector<AddedToken> added = config.addedTokens({}, file.pieces);
    const auto addUnlessThere = [&](AddedToken token) {
        if (std::ranges::none_of(added,
                                 [&](const AddedToken& other) { return other.id == token.id; })) {
            added.push_back(std::move(token));
        }
    };
    for (std::int32_t id = 0; id < file.size(); ++id) {
        if (file.isKind(id, Kind::Control) || file.isKind(id, Kind::Unknown)) {
            AddedToken token{id, file.pieces[static_cast<std::size_t>(id)]};
            token.special = true;
            addUnlessThere(std::move(token));
        }
    }
    const std::int64_t extra = t5 ? config.integer("extra_ids", 100) : 0;
    if (extra < 0 || extra > 10000) {
        throw Error(ErrorCode::Corrupt, "tokenizer_config.json asks for " + std::to_string(extra) +
                                            " extra ids; 0 to 10000 are possible.");
    }
    for (std::int64_t i = 0; i < extra; ++i) { // numbered from the end
        const std::string text = "<extra_id_" + std::to_string(extra - 1 - i) + ">";
        AddedToken token{file.size() + static_cast<std::int32_t>(i), text};
        token.special = true;
        addUnlessThere(std::move(token));
    }
    std::ranges::stable_sort(added,
                             [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    return added;
}

Json tokenItem(std::int32_t id)
{
    return {{"SpecialToken", {{"id", std::to_string(id)}, {"type_id", 0}}}};
}

void addFrame(TokenizerParts& parts, const SentencePieceFile& file, const TokenizerConfig& config,
              const std::string& where)
{
    Json single = Json::array(), pair = Json::array(), tokens = Json::object();
    const auto put = [&](Json& list, std::int32_t id) {
        list.push_back(tokenItem(id));
        tokens[std::to_string(id)] = {{"ids", Json::array({id})}};
    };
    const bool bos = file.bos >= 0 && config.flag("add_bos_token", true);
    const bool eos = file.eos >= 0 && config.flag("add_eos_token", file.bos < 0);
    for (const auto& [name, type] : {std::pair("A", 0), std::pair("B", 1)}) {
        for (Json* list : {&single, &pair}) {
            if (list == &single && type == 1) {
                continue;
            }
            if (bos) {
                put(*list, file.bos);
            }
            list->push_back({{"Sequence", {{"id", name}, {"type_id", eos && !bos ? 0 : type}}}});
            if (eos) {
                put(*list, file.eos);
            }
        }
    }
    const Json frame = {{"type", "TemplateProcessing"},
                        {"single", single},
                        {"pair", pair},
                        {"special_tokens", tokens}};
    parts.postProcessor = makePostProcessor(JsonPart(frame, where), *parts.vocabulary);
}

void addDecoder(TokenizerParts& parts, const SentencePieceFile& file, const std::string& where)
{
    constexpr const char* kMark = "\xE2\x96\x81";
    Json decoder = {{"type", "Metaspace"},
                    {"replacement", kMark},
                    {"prepend_scheme", file.addDummyPrefix ? "always" : "never"}};
    if (file.byteFallback) {
        Json steps = Json::array();
        steps.push_back({{"type", "Replace"}, {"pattern", {{"String", kMark}}}, {"content", " "}});
        steps.push_back({{"type", "ByteFallback"}});
        steps.push_back({{"type", "Fuse"}});
        if (file.addDummyPrefix) {
            steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        }
        decoder = {{"type", "Sequence"}, {"decoders", steps}};
    }
    parts.decoder = makeDecoder(JsonPart(decoder, where));
}

} // namespace

TokenizerParts partsOfSentencePiece(std::string_view content, const std::string& where,
                                    const TokenizerConfig& config)
{
    refuseOthers(config);
    const SentencePieceFile file = readSentencePiece(content, where);
    TokenizerParts parts;
    parts.added = addedOf(file, config, isT5(file, config));
    parts.vocabulary = std::make_unique<Vocabulary>(file.pieces, parts.added, where);
    parts.model = makeSentencePieceModel(file, *parts.vocabulary, where);
    // transformers: only models that say so leave the space out behind a special token.
    const auto prefix =
        config.flag("legacy", true) ? DummyPrefix::EachStretch : DummyPrefix::OnlyAtStart;
    parts.normalizer =
        std::make_unique<SentencePieceNormalizer>(file, userDefinedOf(file), prefix, where);
    addFrame(parts, file, config, where);
    addDecoder(parts, file, where);
    return parts;
}

TokenizerParts partsOfSentencePiece(const Path& file, const TokenizerConfig& config)
{
    return partsOfSentencePiece(readFile(file), file.string(), config);
}

} // namespace espalier
