// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <span>
#include <string_view>

namespace espalier {

/// What stands around a message. "{bos}" and "{eos}" become the model's tokens.
struct ChatTurn {
    std::string_view before = {};
    std::string_view after = {};
};

enum class SystemPlace { OwnTurn = 1, InFirstUserTurn, Refused };
enum class Blanks { Kept = 1, Trimmed };         // around a message's text
enum class Order { Free = 1, UserAndAssistant }; // after a system message: user first, in turns

struct ChatRules {
    std::string_view name = {};
    std::string_view start = {}; // before everything
    ChatTurn system = {};
    ChatTurn user = {};
    ChatTurn assistant = {};
    std::string_view trainedEnd = {}; // what of assistant.after is learned: where to stop
    std::string_view generation = {}; // asks for an answer
    std::string_view end = {};        // of a conversation that asks for none
    std::string_view between = {};    // before a turn behind the assistant's
    std::string_view defaultSystem = {};
    SystemPlace systemPlace = SystemPlace::OwnTurn;
    Blanks blanks = Blanks::Kept;
    Order order = Order::Free;
    SpecialTokens special = SpecialTokens::Leave; // Add: the text itself has no begin token
    std::string_view bos = "<s>";
    std::string_view eos = "</s>";
};

std::span<const ChatRules> allChatRules();

} // namespace espalier
