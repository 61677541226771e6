// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/PostProcessors.h"

#include <optional>
#include <string>

namespace espalier {

/// The order of texts and special tokens, each with its token type.
class Template {
public:
    explicit Template(std::string where)
        : m_where(std::move(where))
    {
    }

    void addToken(std::int32_t id, std::int32_t typeId)
    {
        m_items.push_back({id, typeId, kNoText});
    }

    void addText(std::size_t text, std::int32_t typeId) { m_items.push_back({0, typeId, text}); }

    /// Whether the texts 0 to count-1 stand in it, each once, and no other.
    bool holdsTexts(std::size_t count) const;
    std::size_t tokens() const;
    /// Ids before and behind the text of a template with one.
    void frame(std::vector<std::int32_t>& before, std::vector<std::int32_t>& after) const;
    void apply(std::vector<Encoding>& parts, SpecialTokens special) const;

private:
    static constexpr std::size_t kNoText = 2;

    struct Item {
        std::int32_t id = 0;
        std::int32_t typeId = 0;
        std::size_t text = kNoText;
    };

    std::string m_where;
    std::vector<Item> m_items = {};
};

class TemplateProcessor : public PostProcessor {
public:
    TemplateProcessor(Template single, std::optional<Template> pair, std::string where);

    void apply(std::vector<std::int32_t>& ids) const override;
    void apply(std::vector<Encoding>& parts, SpecialTokens special,
               std::span<const std::string_view> texts) const override;
    std::size_t added(bool pair) const override;

private:
    const Template& of(bool pair) const;

    Template m_single;
    std::optional<Template> m_pair;
    std::string m_where;
    std::vector<std::int32_t> m_before = {};
    std::vector<std::int32_t> m_after = {};
};

} // namespace espalier
