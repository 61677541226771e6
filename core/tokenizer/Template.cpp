// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Template.h"

#include "core/base/Error.h"

#include <algorithm>

namespace espalier {

bool Template::holdsTexts(std::size_t count) const
{
    for (std::size_t text = 0; text < 2; ++text) {
        const auto found =
            std::ranges::count_if(m_items, [&](const Item& item) { return item.text == text; });
        if (found != (text < count ? 1 : 0)) {
            return false;
        }
    }
    return true;
}

std::size_t Template::tokens() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(m_items, [](const Item& item) { return item.text == kNoText; }));
}

void Template::frame(std::vector<std::int32_t>& before, std::vector<std::int32_t>& after) const
{
    bool seenText = false;
    for (const Item& item : m_items) {
        seenText = seenText || item.text != kNoText;
        if (item.text == kNoText) {
            (seenText ? after : before).push_back(item.id);
        }
    }
}

void Template::apply(std::vector<Encoding>& parts, SpecialTokens special) const
{
    std::vector<Encoding> result;
    for (const Item& item : m_items) {
        if (item.text == kNoText) {
            if (special == SpecialTokens::Add) {
                result.push_back({{item.id}, {item.typeId}, {1}, {1}, {{}}});
            }
            continue;
        }
        Encoding& text = result.emplace_back(std::move(parts[item.text]));
        std::ranges::fill(text.typeIds, item.typeId);
    }
    parts = std::move(result);
}

TemplateProcessor::TemplateProcessor(Template single, std::optional<Template> pair,
                                     std::string where)
    : m_single(std::move(single))
    , m_pair(std::move(pair))
    , m_where(std::move(where))
{
    m_single.frame(m_before, m_after);
}

const Template& TemplateProcessor::of(bool pair) const
{
    if (pair && !m_pair) {
        throw Error(ErrorCode::InvalidInput,
                    m_where + " has no template for pairs of texts. Encode one text at a time.");
    }
    return pair ? *m_pair : m_single;
}

void TemplateProcessor::apply(std::vector<std::int32_t>& ids) const
{
    ids.insert(ids.begin(), m_before.begin(), m_before.end());
    ids.insert(ids.end(), m_after.begin(), m_after.end());
}

void TemplateProcessor::apply(std::vector<Encoding>& parts, SpecialTokens special,
                              std::span<const std::string_view>) const
{
    of(parts.size() > 1).apply(parts, special);
}

std::size_t TemplateProcessor::added(bool pair) const
{
    return of(pair).tokens();
}

} // namespace espalier
