// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Llama2cTokenizer.h"

#include "core/base/Error.h"
#include "core/tokenizer/MergesOfScores.h"

#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

namespace {

constexpr const char* kSpace = "\u2581"; // stands for a space inside pieces
constexpr std::size_t kSpecials = 3, kBytes = 256;

struct Piece {
    float score = 0;
    std::string text = {};
};

std::string withoutSpaces(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == ' ') {
            result += kSpace;
        } else {
            result += c;
        }
    }
    return result;
}

class PieceReader {
public:
    explicit PieceReader(const Path& file)
        : m_file(file)
        , m_content(readFile(file))
    {
        take<std::int32_t>(); // length of the longest piece
    }

    std::vector<Piece> read(std::int64_t count)
    {
        std::vector<Piece> pieces;
        for (std::int64_t id = 0; id < count; ++id) {
            Piece piece{.score = take<float>()};
            const auto length = take<std::int32_t>();
            if (length < 0 || static_cast<std::size_t>(length) > m_content.size() - m_next) {
                throw Error(ErrorCode::Corrupt,
                            m_file.string() + ": piece " + std::to_string(id) + " claims " +
                                std::to_string(length) + " bytes, " +
                                std::to_string(m_content.size() - m_next) +
                                " are left. Is this the tokenizer of the model?");
            }
            piece.text = m_content.substr(m_next, static_cast<std::size_t>(length));
            m_next += static_cast<std::size_t>(length);
            pieces.push_back(std::move(piece));
        }
        if (m_next != m_content.size()) {
            throw Error(ErrorCode::Corrupt,
                        m_file.string() + ": " + std::to_string(m_content.size() - m_next) +
                            " bytes are left after the model's " + std::to_string(count) +
                            " pieces. Is this the tokenizer of the model?");
        }
        return pieces;
    }

private:
    template <class T>
    T take()
    {
        if (m_content.size() - m_next < sizeof(T)) {
            throw Error(ErrorCode::Corrupt, m_file.string() + " ends after " +
                                                std::to_string(m_content.size()) +
                                                " bytes, in the middle of a piece: it was cut off "
                                                "or belongs to another model.");
        }
        T value;
        std::memcpy(&value, m_content.data() + m_next, sizeof value);
        m_next += sizeof value;
        return value;
    }

    Path m_file;
    std::string m_content;
    std::size_t m_next = 0;
};

/// The first three are named as everywhere else; the next 256 must be the bytes.
void normalise(std::vector<Piece>& pieces, const Path& file)
{
    const char* const specials[kSpecials] = {"<unk>", "<s>", "</s>"};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i < kSpecials) {
            pieces[i].text = specials[i];
        } else if (i < kSpecials + kBytes) {
            char name[8];
            std::snprintf(name, sizeof name, "<0x%02X>", static_cast<unsigned>(i - kSpecials));
            if (pieces[i].text != name) {
                throw Error(ErrorCode::Corrupt, file.string() + ": piece " + std::to_string(i) +
                                                    " is \"" + pieces[i].text + "\", expected " +
                                                    name + ": pieces 3 to 258 stand for bytes.");
            }
        } else {
            pieces[i].text = withoutSpaces(pieces[i].text);
        }
    }
}

/// The special ones and the bytes are no merges.
Json mergesOf(const std::vector<Piece>& pieces)
{
    std::vector<ScoredPiece> scored;
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        scored.push_back({pieces[id].text, pieces[id].score, id >= kSpecials + kBytes});
    }
    return mergesOfScores(scored);
}

Json addedTokens(const std::vector<Piece>& pieces)
{
    Json list = Json::array();
    for (std::size_t id = 0; id < kSpecials; ++id) {
        list.push_back({{"id", id},
                        {"content", pieces[id].text},
                        {"single_word", false},
                        {"lstrip", false},
                        {"rstrip", false},
                        {"normalized", false},
                        {"special", true}});
    }
    return list;
}

/// <s> before each text.
Json postProcessor()
{
    const auto special = Json{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
    const auto special2 = Json{{"SpecialToken", {{"id", "<s>"}, {"type_id", 1}}}};
    const auto first = Json{{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    const auto second = Json{{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
    return {
        {"type", "TemplateProcessing"},
        {"single", Json::array({special, first})},
        {"pair", Json::array({special, first, special2, second})},
        {"special_tokens",
         {{"<s>", {{"id", "<s>"}, {"ids", Json::array({1})}, {"tokens", Json::array({"<s>"})}}}}}};
}

Json replace(const char* from, const char* to)
{
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

} // namespace

Json llama2cTokenizer(const Path& file, std::int64_t vocabSize)
{
    std::vector<Piece> pieces = PieceReader(file).read(vocabSize);
    normalise(pieces, file);
    std::set<std::string_view> texts;
    Json vocabulary = Json::object();
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (!texts.insert(pieces[id].text).second) {
            throw Error(ErrorCode::Corrupt,
                        file.string() + " holds the piece \"" + pieces[id].text + "\" twice.");
        }
        vocabulary[pieces[id].text] = id;
    }
    const Json prepend = {{"type", "Prepend"}, {"prepend", kSpace}};
    const Json strip = {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}};
    const Json decoders = Json::array(
        {replace(kSpace, " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}, strip});
    return {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens", addedTokens(pieces)},
        {"normalizer",
         {{"type", "Sequence"}, {"normalizers", Json::array({prepend, replace(" ", kSpace)})}}},
        {"pre_tokenizer", nullptr},
        {"post_processor", postProcessor()},
        {"decoder", {{"type", "Sequence"}, {"decoders", decoders}}},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", "<unk>"},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", true},
          {"byte_fallback", true},
          {"ignore_merges", false},
          {"vocab", vocabulary},
          {"merges", mergesOf(pieces)}}},
    };
}

} // namespace espalier
