// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Llama2cTokenizer.h"

#include "core/base/Error.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_map>
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

using Vocabulary = std::unordered_map<std::string, std::size_t>;

struct Merge {
    std::string left = {}, right = {};
    float score = 0;
    std::size_t leftLength = 0, rightLength = 0; // in characters
};

bool startsCharacter(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t characters(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), startsCharacter));
}

/// Every way to put a piece together from two others.
void addMerges(const Piece& piece, const Vocabulary& ids, std::vector<Merge>& merges)
{
    std::vector<Merge> own;
    for (std::size_t cut = 1; cut < piece.text.size(); ++cut) {
        if (startsCharacter(piece.text[cut])) {
            Merge merge{piece.text.substr(0, cut), piece.text.substr(cut), piece.score};
            if (ids.contains(merge.left) && ids.contains(merge.right)) {
                merge.leftLength = characters(merge.left);
                merge.rightLength = characters(merge.right);
                own.push_back(std::move(merge));
            }
        }
    }
    std::sort(own.begin(), own.end(), [&](const Merge& a, const Merge& b) {
        return std::pair(ids.at(a.left), ids.at(a.right)) <
               std::pair(ids.at(b.left), ids.at(b.right));
    });
    merges.insert(merges.end(), own.begin(), own.end());
}

Json mergesOf(const std::vector<Piece>& pieces, const Vocabulary& ids)
{
    std::vector<Merge> merges;
    for (std::size_t i = kSpecials + kBytes; i < pieces.size(); ++i) {
        addMerges(pieces[i], ids, merges);
    }
    std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
        return std::tie(a.score, a.leftLength, a.rightLength) >
               std::tie(b.score, b.leftLength, b.rightLength);
    });
    Json list = Json::array();
    for (const Merge& merge : merges) {
        list.push_back(Json::array({merge.left, merge.right}));
    }
    return list;
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
    Vocabulary ids;
    Json vocabulary = Json::object();
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (!ids.emplace(pieces[id].text, id).second) {
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
          {"merges", mergesOf(pieces, ids)}}},
    };
}

} // namespace espalier
