// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Vocabulary.h"

#include "core/tokenizer/AddedTokens.h"
#include "core/tokenizer/JsonPart.h"

#include <limits>

namespace espalier {

namespace {

std::string inQuotes(std::string_view text)
{
    return compactText(Json(std::string(text)));
}

struct Slots {
    const JsonPart& model;
    std::vector<std::optional<std::string>> texts = {};

    void put(std::int64_t id, const std::string& text)
    {
        // Larger than any vocabulary; keeps a damaged number from taking all memory.
        constexpr std::int64_t kMostTokens = std::int64_t(1) << 24;
        if (id < 0 || id >= kMostTokens) {
            model.corrupt("gives " + inQuotes(text) + " the id " + std::to_string(id) +
                          ", which is out of range");
        }
        const auto index = static_cast<std::size_t>(id);
        if (index >= texts.size()) {
            texts.resize(index + 1);
        }
        if (texts[index] && *texts[index] != text) {
            model.corrupt("gives the id " + std::to_string(id) + " to two tokens, " +
                          inQuotes(*texts[index]) + " and " + inQuotes(text));
        }
        texts[index] = text;
    }
};

} // namespace

Vocabulary::Vocabulary(const JsonPart& model, const std::vector<AddedToken>& added)
{
    Slots slots{model};
    const JsonPart vocab = model.part("vocab");
    for (const auto& [text, id] : vocab.value().items()) {
        if (!id.is_number_integer()) {
            vocab.corrupt("gives " + inQuotes(text) + " an id that is not a whole number");
        }
        slots.put(id.get<std::int64_t>(), text);
    }
    m_fromModel.assign(slots.texts.size(), true);
    for (const AddedToken& token : added) {
        slots.put(token.id, token.content);
    }
    m_fromModel.resize(slots.texts.size(), false);
    m_texts.reserve(slots.texts.size());
    for (std::optional<std::string>& text : slots.texts) {
        if (!text) {
            model.corrupt("has no token for the id " + std::to_string(m_texts.size()) + " of " +
                          std::to_string(slots.texts.size()));
        }
        m_texts.push_back(std::move(*text));
    }
    m_ids.reserve(m_texts.size());
    for (std::size_t id = 0; id < m_texts.size(); ++id) {
        const auto [first, fresh] = m_ids.emplace(m_texts[id], static_cast<std::int32_t>(id));
        if (!fresh) {
            model.corrupt("gives " + inQuotes(m_texts[id]) + " two ids, " +
                          std::to_string(first->second) + " and " + std::to_string(id));
        }
    }
}

} // namespace espalier
