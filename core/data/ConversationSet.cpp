// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ConversationSet.h"

#include "core/base/Sha256.h"
#include "core/data/JsonRecords.h"
#include "core/data/RecordParts.h"

#include <optional>

namespace espalier {

namespace {

ChatRole roleOf(const std::string& name)
{
    if (name == "human") {
        return ChatRole::User;
    }
    if (name == "gpt") {
        return ChatRole::Assistant;
    }
    const auto role = chatRoleFromName(name);
    if (!role) {
        throw UnusableRecord("\"" + name +
                             "\" speaks, who is none of system, user (human) and "
                             "assistant (gpt)");
    }
    return *role;
}

/// Text as it is, or the joined parts of a list.
std::string contentOf(const Json& message, const char* field)
{
    const auto found = message.find(field);
    if (found == message.end() || !found->is_array()) {
        return filledText(message, field);
    }
    std::string text;
    for (const Json& part : *found) {
        if (!part.is_object() || textOr(part, "type", "") != "text") {
            throw UnusableRecord("a part of \"" + std::string(field) + "\" is no text");
        }
        text += textOr(part, "text", "");
    }
    return filledText(Json{{field, text}}, field);
}

struct Form {
    const char* list;
    const char* role;
    const char* text;
};

constexpr Form kShareGpt{"conversations", "from", "value"};
constexpr Form kMessages{"messages", "role", "content"};

std::vector<ChatMessage> messagesIn(const Json& record, const Form& form)
{
    const Json& list = record[form.list];
    if (!list.is_array() || list.empty()) {
        throw UnusableRecord("\"" + std::string(form.list) + "\" is no list with messages");
    }
    std::vector<ChatMessage> messages;
    const std::string system = textOr(record, "system", "");
    if (!system.empty()) {
        messages.push_back({ChatRole::System, system});
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        try {
            if (!list[i].is_object()) {
                throw UnusableRecord("it is no object");
            }
            messages.push_back(
                {roleOf(filledText(list[i], form.role)), contentOf(list[i], form.text)});
        } catch (const UnusableRecord& reason) {
            throw UnusableRecord("message " + std::to_string(i + 1) + ": " + reason.what());
        }
    }
    return messages;
}

void checkOrder(const std::vector<ChatMessage>& messages)
{
    const std::size_t first = messages.front().role == ChatRole::System ? 1 : 0;
    for (std::size_t i = first; i < messages.size(); ++i) {
        const ChatRole wanted = (i - first) % 2 == 0 ? ChatRole::User : ChatRole::Assistant;
        if (messages[i].role != wanted) {
            throw UnusableRecord("turn " + std::to_string(i + 1) + " is the " +
                                 nameOf(messages[i].role) + "'s, and it is the " + nameOf(wanted) +
                                 "'s turn");
        }
    }
    if (messages.back().role != ChatRole::Assistant) {
        throw UnusableRecord("the " + nameOf(messages.back().role) +
                             " speaks last, so that an answer is missing");
    }
}

std::vector<ChatMessage> messagesOfRecord(const Json& record)
{
    if (!record.contains(kShareGpt.list) && !record.contains(kMessages.list)) {
        throw UnusableRecord("neither \"conversations\" (ShareGPT) nor \"messages\" is among the "
                             "fields " +
                             fieldNames(record));
    }
    auto messages = messagesIn(record, record.contains(kMessages.list) ? kMessages : kShareGpt);
    checkOrder(messages);
    return messages;
}

} // namespace

std::string nameOf(ChatRole role)
{
    return role == ChatRole::System ? "system" : role == ChatRole::User ? "user" : "assistant";
}

ConversationSet conversationsOf(std::string_view content, const std::string& name, BadRecords bad)
{
    ConversationSet set{.source = name};
    Sha256 hash;
    readUsableRecords(content, {name, bad, &set.rejected},
                      [&](const Json& record, std::size_t line) {
                          Conversation conversation{messagesOfRecord(record), line};
                          Json turns = Json::array();
                          for (const ChatMessage& message : conversation.messages) {
                              turns.push_back({nameOf(message.role), message.text});
                          }
                          const std::string canonical = compactText(turns) + "\n";
                          hash.add(canonical.data(), canonical.size());
                          set.conversations.push_back(std::move(conversation));
                      });
    requireSome(set.conversations.size(), name, set.rejected);
    set.fingerprint = hash.hex();
    return set;
}

ConversationSet readConversations(const Path& file, BadRecords bad)
{
    return conversationsOf(readUtf8File(file), file.string(), bad);
}

} // namespace espalier
