// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Vocabulary.h"

#include "core/tokenizer/AddedTokens.h"
#include "core/tokenizer/JsonPart.h"

#include <algorithm>

namespace espalier {

namespace {

std::string inQuotes(std::string_view text)
{
    return compactText(Json(std::string(text)));
}

[[noreturn]] void refuse(const std::string& where, const std::string& what)
{
    throw Error(ErrorCode::Corrupt,
                where + " " + what + ". Copy the file again from where the model came from.");
}

} // namespace

struct Vocabulary::Slots {
    struct Entry {
        std::int64_t id = 0;
        std::string text = {};
        bool fromModel = false;
    };

    std::string where;
    std::vector<Entry> entries = {};

    void put(std::int64_t id, const std::string& text, bool fromModel)
    {
        // Larger than any vocabulary.
        constexpr std::int64_t kMostTokens = std::int64_t(1) << 24;
        if (id < 0 || id >= kMostTokens) {
            refuse(where, "gives " + inQuotes(text) + " the id " + std::to_string(id) +
                              ", which is out of range");
        }
        entries.push_back({id, text, fromModel});
    }
};

Vocabulary::Vocabulary(const JsonPart& model, const std::vector<AddedToken>& added)
{
    Slots slots{model.where()};
    const Json& vocab = model.value().contains("vocab") && model.value()["vocab"].is_array()
                            ? model.list("vocab")
                            : model.part("vocab").value();
    if (vocab.is_array()) {
        for (const Json& piece : vocab) {
            if (!piece.is_array() || piece.size() != 2 || !piece[0].is_string() ||
                !piece[1].is_number()) {
                model.corrupt("has " + compactText(piece) +
                              " in its \"vocab\", which is not a piece and its score");
            }
            slots.put(static_cast<std::int64_t>(slots.entries.size()), piece[0].get<std::string>(),
                      true);
        }
    } else {
        for (const auto& [text, id] : vocab.items()) {
            if (!id.is_number_integer()) {
                refuse(model.where() + ", vocab",
                       "gives " + inQuotes(text) + " an id that is not a whole number");
            }
            slots.put(id.get<std::int64_t>(), text, true);
        }
    }
    take(slots, added);
}

Vocabulary::Vocabulary(const std::vector<std::string>& texts, const std::vector<AddedToken>& added,
                       const std::string& where)
{
    Slots slots{where};
    for (const std::string& text : texts) {
        slots.put(static_cast<std::int64_t>(slots.entries.size()), text, true);
    }
    take(slots, added);
}

void Vocabulary::take(Slots& slots, const std::vector<AddedToken>& added)
{
    for (const AddedToken& token : added) {
        slots.put(token.id, token.content, false);
    }
    auto& entries = slots.entries;
    std::ranges::stable_sort(
        entries, [](const Slots::Entry& a, const Slots::Entry& b) { return a.id < b.id; });
    for (Slots::Entry& entry : entries) {
        const auto next = static_cast<std::int64_t>(m_texts.size());
        if (entry.id == next) {
            m_texts.push_back(std::move(entry.text));
            m_fromModel.push_back(entry.fromModel);
        } else if (entry.id > next) {
            refuse(slots.where, "has no token for the id " + std::to_string(next) + " of " +
                                    std::to_string(entries.back().id + 1));
        } else if (m_texts.back() != entry.text) {
            refuse(slots.where, "gives the id " + std::to_string(entry.id) + " to two tokens, " +
                                    inQuotes(m_texts.back()) + " and " + inQuotes(entry.text));
        }
    }
    m_ids.reserve(m_texts.size());
    for (std::size_t id = 0; id < m_texts.size(); ++id) {
        const auto [first, fresh] = m_ids.emplace(m_texts[id], static_cast<std::int32_t>(id));
        if (!fresh) {
            refuse(slots.where, "gives " + inQuotes(m_texts[id]) + " two ids, " +
                                    std::to_string(first->second) + " and " + std::to_string(id));
        }
    }
}

} // namespace espalier
