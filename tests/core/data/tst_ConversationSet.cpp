// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ConversationSet.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

const Path kData = Path(ESPALIER_TEST_DATA) / "data";

std::string rolesOf(const Conversation& conversation)
{
    std::string letters;
    for (const ChatMessage& message : conversation.messages) {
        letters += message.role == ChatRole::System ? 's'
                   : message.role == ChatRole::User ? 'u'
                                                    : 'a';
    }
    return letters;
}

std::string reasonOf(const std::string& list)
{
    const std::string good = R"({"messages":[{"role":"user","content":"q"},)"
                             R"({"role":"assistant","content":"a"}]})";
    const ConversationSet set =
        conversationsOf(good + "\n{\"messages\":" + list + "}", "x", BadRecords::List);
    VERIFY(set.conversations.size() == 1 && set.rejected.size() == 1);
    COMPARE(set.rejected[0].line, std::size_t(2));
    return set.rejected[0].why;
}

} // namespace

TEST(bothFormsGiveTurns)
{
    const ConversationSet set = readConversations(kData / "conversations.json");
    COMPARE(set.conversations.size(), std::size_t(3));
    COMPARE(rolesOf(set.conversations[0]), "uaua");
    COMPARE(set.conversations[0].messages[1].text, "With soft string.");
    COMPARE(rolesOf(set.conversations[1]), "sua");
    COMPARE(set.conversations[1].messages[1].text, "When do I prune?");
    COMPARE(rolesOf(set.conversations[2]), "sua"); // "system" beside the list
    COMPARE(set.conversations[2].messages[0].text, "Be kind.");
}

TEST(aTemplateTakesThem)
{
    const ConversationSet set = readConversations(kData / "conversations.json");
    const RenderedChat chat =
        ChatTemplate::named("chatml").render(set.conversations[0].messages, ChatEnd::IsComplete);
    COMPARE(chat.trained.size(), std::size_t(2));
    const ByteRange first = chat.trained[0];
    VERIFY(chat.text.substr(first.begin, first.end - first.begin).starts_with("With soft string."));
}

TEST(whatCannotBeTrainedOnIsToldWithLineAndTurn)
{
    COMPARE(reasonOf(R"([{"role":"assistant","content":"a"}])"),
            "turn 1 is the assistant's, and it is the user's turn");
    COMPARE(reasonOf(R"([{"role":"user","content":"a"},{"role":"user","content":"a"}])"),
            "turn 2 is the user's, and it is the assistant's turn");
    COMPARE(reasonOf(R"([{"role":"user","content":"a"}])"),
            "the user speaks last, so that an answer is missing");
    COMPARE(reasonOf(R"([{"role":"system","content":"a"}])"),
            "the system speaks last, so that an answer is missing");
    VERIFY(
        reasonOf(R"([{"role":"tool","content":"a"}])").starts_with("message 1: \"tool\" speaks"));
    COMPARE(reasonOf(R"([{"role":"user","content":""}])"),
            "message 1: the field \"content\" is empty");
    COMPARE(reasonOf(R"([{"role":"user","content":[{"type":"image"}]}])"),
            "message 1: a part of \"content\" is no text");
    COMPARE(reasonOf("[7]"), "message 1: it is no object");
    COMPARE(reasonOf("[]"), "\"messages\" is no list with messages");
    VERIFY_FAILS(conversationsOf("{\"text\": \"a\"}", "x"), ErrorCode::InvalidInput,
                 "x, line 1 cannot be used: neither \"conversations\"");
}

TEST(namesOfRolesDoNotChangeTheFingerprint)
{
    const char* share = R"({"conversations":[{"from":"human","value":"q"},)"
                        R"({"from":"gpt","value":"a"}]})";
    const char* messages =
        R"([{"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},)"
        R"({"role":"assistant","content":"a"}]}])";
    COMPARE(conversationsOf(share, "s").fingerprint, conversationsOf(messages, "m").fingerprint);
}
