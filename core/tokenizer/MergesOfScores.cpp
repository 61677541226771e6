// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/MergesOfScores.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace espalier {

namespace {

using Ids = std::unordered_map<std::string_view, std::size_t>;

struct Merge {
    std::string_view left = {}, right = {};
    float score = 0;
    std::size_t leftLength = 0, rightLength = 0; // in characters
};

bool startsCharacter(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), startsCharacter));
}

void addMerges(const ScoredPiece& piece, const Ids& ids, std::vector<Merge>& merges)
{
    std::vector<Merge> own;
    const std::string_view text = piece.text;
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        if (startsCharacter(text[cut])) {
            Merge merge{text.substr(0, cut), text.substr(cut), piece.score};
            if (ids.contains(merge.left) && ids.contains(merge.right)) {
                merge.leftLength = characters(merge.left);
                merge.rightLength = characters(merge.right);
                own.push_back(merge);
            }
        }
    }
    std::ranges::sort(own, [&](const Merge& a, const Merge& b) {
        return std::pair(ids.at(a.left), ids.at(a.right)) <
               std::pair(ids.at(b.left), ids.at(b.right));
    });
    merges.insert(merges.end(), own.begin(), own.end());
}

} // namespace

Json mergesOfScores(const std::vector<ScoredPiece>& pieces)
{
    Ids ids;
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        ids.emplace(pieces[id].text, id);
    }
    std::vector<Merge> merges;
    for (const ScoredPiece& piece : pieces) {
        if (piece.isWord) {
            addMerges(piece, ids, merges);
        }
    }
    std::ranges::stable_sort(merges, [](const Merge& a, const Merge& b) {
        return std::tie(a.score, a.leftLength, a.rightLength) >
               std::tie(b.score, b.leftLength, b.rightLength);
    });
    Json list = Json::array();
    for (const Merge& merge : merges) {
        list.push_back(Json::array({merge.left, merge.right}));
    }
    return list;
}

} // namespace espalier
