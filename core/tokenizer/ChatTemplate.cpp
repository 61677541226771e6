// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ChatTemplate.h"

#include "core/base/Error.h"
#include "core/tokenizer/ChatRules.h"
#include "core/tokenizer/Tokenizer.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

namespace {

std::string_view trimmed(std::string_view text)
{
    std::size_t begin = 0, end = 0;
    bool leading = true;
    for (std::size_t at = 0; at < text.size();) {
        const bool blank = isWhitespace(nextCodePoint(text, at));
        leading = leading && blank;
        begin = leading ? at : begin;
        end = blank ? end : at;
    }
    return text.substr(begin, std::max(begin, end) - begin);
}

void replaceAllIn(std::string& text, std::string_view what, std::string_view by)
{
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

[[noreturn]] void refuseOrder(const ChatRules& rules, const std::string& what)
{
    throw Error(ErrorCode::InvalidInput,
                "The chat template " + std::string(rules.name) + " has " + what +
                    ". Change the conversation or choose another template.");
}

void checkOrder(const ChatRules& rules, std::span<const ChatMessage> messages)
{
    if (messages.empty()) {
        throw Error(ErrorCode::InvalidInput, "A conversation without messages has no text.");
    }
    for (const ChatMessage& message : messages) {
        if (const auto position = firstInvalidByte(message.text)) {
            throw Error(ErrorCode::InvalidInput, "A message is not UTF-8 at byte " +
                                                     std::to_string(*position) +
                                                     ". Convert it to UTF-8.");
        }
    }
    const bool leads = messages.front().role == ChatRole::System;
    if (leads && rules.systemPlace == SystemPlace::Refused) {
        refuseOrder(rules, "no place for a system message");
    }
    if (rules.order != Order::UserAndAssistant) {
        return;
    }
    const auto turns = messages.subspan(leads ? 1 : 0);
    for (std::size_t i = 0; i < turns.size(); ++i) {
        if (turns[i].role != (i % 2 == 0 ? ChatRole::User : ChatRole::Assistant)) {
            refuseOrder(rules, "the user and the assistant in turns, the user first; message " +
                                   std::to_string(i + (leads ? 1 : 0)) + " is another's");
        }
    }
}

/// Puts a conversation's text together.
class Renderer {
public:
    Renderer(const ChatRules& rules, std::string_view bos, std::string_view eos)
        : m_rules(rules)
        , m_bos(bos)
        , m_eos(eos)
    {
    }

    void put(std::string_view pattern)
    {
        std::string text(pattern);
        replaceAllIn(text, "{bos}", m_bos);
        replaceAllIn(text, "{eos}", m_eos);
        m_chat.text += text;
    }

    void putTurn(const ChatTurn& turn, std::string_view content, ChatRole role)
    {
        if (m_afterAssistant) {
            put(m_rules.between);
        }
        put(turn.before);
        const std::size_t begin = m_chat.text.size();
        m_chat.text += m_rules.blanks == Blanks::Trimmed ? trimmed(content) : content;
        m_afterAssistant = role == ChatRole::Assistant;
        if (m_afterAssistant) {
            put(m_rules.trainedEnd);
            m_chat.trained.push_back({begin, m_chat.text.size()});
            put(turn.after.substr(m_rules.trainedEnd.size()));
            return;
        }
        put(turn.after);
    }

    RenderedChat take() { return std::move(m_chat); }

private:
    const ChatRules& m_rules;
    std::string_view m_bos;
    std::string_view m_eos;
    RenderedChat m_chat = {};
    bool m_afterAssistant = false;
};

const ChatTurn& turnOf(const ChatRules& rules, ChatRole role)
{
    return role == ChatRole::System ? rules.system
           : role == ChatRole::User ? rules.user
                                    : rules.assistant;
}

} // namespace

std::optional<ChatRole> chatRoleFromName(std::string_view name)
{
    return name == "system"      ? std::optional(ChatRole::System)
           : name == "user"      ? std::optional(ChatRole::User)
           : name == "assistant" ? std::optional(ChatRole::Assistant)
                                 : std::nullopt;
}

ChatTemplate::ChatTemplate(const ChatRules& rules)
    : m_rules(&rules)
    , m_bos(rules.bos)
    , m_eos(rules.eos)
{
}

std::vector<std::string> ChatTemplate::names()
{
    std::vector<std::string> names;
    for (const ChatRules& rules : allChatRules()) {
        names.emplace_back(rules.name);
    }
    return names;
}

ChatTemplate ChatTemplate::named(std::string_view name)
{
    std::string all;
    for (const ChatRules& rules : allChatRules()) {
        if (rules.name == name) {
            return ChatTemplate(rules);
        }
        all += (all.empty() ? "" : ", ") + std::string(rules.name);
    }
    throw Error(ErrorCode::NotFound,
                "There is no chat template \"" + std::string(name) + "\". There are: " + all + ".");
}

std::string ChatTemplate::name() const
{
    return std::string(m_rules->name);
}

void ChatTemplate::setTokens(std::string bos, std::string eos)
{
    m_bos = std::move(bos);
    m_eos = std::move(eos);
}

RenderedChat ChatTemplate::render(std::span<const ChatMessage> messages, ChatEnd end) const
{
    checkOrder(*m_rules, messages);
    Renderer renderer(*m_rules, m_bos, m_eos);
    renderer.put(m_rules->start);
    const bool leads = messages.front().role == ChatRole::System;
    if (!leads && !m_rules->defaultSystem.empty()) {
        renderer.putTurn(m_rules->system, m_rules->defaultSystem, ChatRole::System);
    }
    std::string system; // waits for the first user's turn
    for (const ChatMessage& message : messages) {
        if (message.role == ChatRole::System &&
            m_rules->systemPlace == SystemPlace::InFirstUserTurn) {
            system = std::string(m_rules->system.before) + message.text +
                     std::string(m_rules->system.after);
            continue;
        }
        renderer.putTurn(turnOf(*m_rules, message.role), system + message.text, message.role);
        system.clear();
    }
    renderer.put(end == ChatEnd::AsksForAnswer ? m_rules->generation : m_rules->end);
    return renderer.take();
}

EncodedChat ChatTemplate::encode(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                                 ChatEnd end) const
{
    RenderedChat chat = render(messages, end);
    const Encoding encoding = tokenizer.encodeText(chat.text, {.special = m_rules->special});
    EncodedChat result{std::move(chat.text), encoding.ids, {}};
    auto span = chat.trained.begin();
    for (std::size_t i = 0; i < encoding.size(); ++i) {
        const ByteRange& token = encoding.offsets[i];
        while (span != chat.trained.end() && span->end <= token.begin) {
            ++span;
        }
        const bool trained = span != chat.trained.end() && encoding.specialMask[i] == 0 &&
                             token.end > span->begin && token.begin < span->end;
        result.trained.push_back(trained ? 1 : 0);
    }
    return result;
}

} // namespace espalier
