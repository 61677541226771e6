// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/data/InstructionSet.h"
#include "core/tokenizer/ChatTemplate.h"

#include <string>
#include <vector>

namespace espalier {

/// "system", "user", "assistant": what chatRoleFromName() reads.
ESPALIER_API std::string nameOf(ChatRole role);

struct Conversation {
    std::vector<ChatMessage> messages = {}; // what ChatTemplate takes
    std::size_t line = 0;                   // of the file
};

struct ConversationSet {
    std::string source = {}; // the file
    std::vector<Conversation> conversations = {};
    std::vector<RejectedRecord> rejected = {};
    std::string fingerprint = {}; // SHA-256 over roles and texts in their order
};

/// Reads JSON Lines or one JSON list. A record is recognised by its fields:
///  - ShareGPT: conversations, a list of {from, value}; from is human or user, gpt or assistant,
///    system
///  - message lists: messages, a list of {role, content}; content is text or a list of
///    {"type": "text", "text"} parts, which are joined
/// A field system beside the list is put before it. Roles must come as: system or none, then user
/// and assistant by turns, the assistant last, for only its words are trained on. Throws what
/// readJsonRecords() throws, and InvalidInput with line and message number for anything else (or
/// lists it), and where no record is left.
ESPALIER_API ConversationSet readConversations(const Path& file,
                                               BadRecords bad = BadRecords::Refuse);
ESPALIER_API ConversationSet conversationsOf(std::string_view content, const std::string& name,
                                             BadRecords bad = BadRecords::Refuse);

} // namespace espalier
