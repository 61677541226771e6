// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/tokenizer/ChatTemplate.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

const Path kFixtures = Path(ESPALIER_TEST_DATA) / "tokenizer";
// What the ChatML models of 2023 ship.
constexpr const char* kChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ "
    "'<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' "
    "}}{% endif %}";

std::vector<ChatMessage> messagesOf(const Json& list)
{
    std::vector<ChatMessage> messages;
    for (const Json& message : list) {
        messages.push_back({chatRoleFromName(message[0].get<std::string>()).value(), message[1]});
    }
    return messages;
}

std::string trainedText(const RenderedChat& chat)
{
    std::string text;
    for (const ByteRange& range : chat.trained) {
        text += (text.empty() ? "" : "|") + chat.text.substr(range.begin, range.end - range.begin);
    }
    return text;
}

const std::vector<ChatMessage> kTwoTurns = {{ChatRole::User, "One"},
                                            {ChatRole::Assistant, "Two"},
                                            {ChatRole::User, "Three"},
                                            {ChatRole::Assistant, "Four"}};

} // namespace

// Conversations as transformers puts them together; tests/parity/make_chat_fixtures.py.
TEST(conversationsAreThoseOfTransformers)
{
    const Path file = kFixtures / "chat.json";
    const Json all = parseJson(readFile(file), file.string());
    VERIFY(all["chats"].size() >= 80);
    for (const Json& chat : all["chats"]) {
        ChatTemplate chatTemplate = ChatTemplate::named(chat["template"].get<std::string>());
        chatTemplate.setTokens(chat["bos"], chat["eos"]);
        const auto end = chat["prompt"] == true ? ChatEnd::AsksForAnswer : ChatEnd::IsComplete;
        if (chat["text"].is_null()) {
            VERIFY_FAILS(chatTemplate.render(messagesOf(chat["messages"]), end),
                         ErrorCode::InvalidInput, chatTemplate.name());
            continue;
        }
        COMPARE(chatTemplate.render(messagesOf(chat["messages"]), end).text,
                chat["text"].get<std::string>());
    }
}

TEST(templatesWithoutJinja)
{
    const auto text = [](const char* name, ChatEnd end) {
        return ChatTemplate::named(name).render(kTwoTurns, end).text;
    };
    COMPARE(text("vicuna-v1.1", ChatEnd::IsComplete),
            "A chat between a curious user and an artificial intelligence assistant. The assistant "
            "gives helpful, detailed, and polite answers to the user's questions. USER: One "
            "ASSISTANT: Two</s>USER: Three ASSISTANT: Four</s>");
    const std::vector<ChatMessage> question = {{ChatRole::System, "S"}, {ChatRole::User, "Q"}};
    const auto asked = [&](const char* name) {
        return ChatTemplate::named(name).render(question, ChatEnd::AsksForAnswer).text;
    };
    COMPARE(asked("vicuna-v1.1"), "S USER: Q ASSISTANT:");
    COMPARE(asked("alpaca"), "S\n\n### Instruction:\nQ\n\n### Response:");
    COMPARE(asked("dolly"), "S\n\n### Instruction:\nQ\n\n### Response:\n");
    COMPARE(asked("plain"), "S\nQ\n");
    COMPARE(text("plain", ChatEnd::IsComplete), "One\nTwo</s>\nThree\nFour</s>");
    VERIFY(text("alpaca", ChatEnd::IsComplete)
               .ends_with("### Instruction:\nThree\n\n### Response:Four</s>"));
    VERIFY(text("dolly", ChatEnd::IsComplete).ends_with("### Response:\nFour\n\n### End"));
}

TEST(whatTheAssistantSaysIsTrained)
{
    const auto trained = [](const char* name) {
        return trainedText(ChatTemplate::named(name).render(kTwoTurns, ChatEnd::IsComplete));
    };
    COMPARE(trained("chatml"), "Two<|im_end|>|Four<|im_end|>");
    COMPARE(trained("llama-2-chat"), "Two </s>|Four </s>");
    COMPARE(trained("mistral-instruct-v0.1"), "Two</s>|Four</s>");
    COMPARE(trained("gemma"), "Two<end_of_turn>|Four<end_of_turn>");
    COMPARE(trained("dolly"), "Two\n\n### End|Four\n\n### End");
    for (const std::string& name : ChatTemplate::names()) {
        const RenderedChat chat = ChatTemplate::named(name).render(kTwoTurns, ChatEnd::IsComplete);
        COMPARE(chat.trained.size(), 2u);
        VERIFY2(chat.text.substr(chat.trained[1].begin).starts_with("Four"), name);
    }
}

TEST(tokensOfAConversation)
{
    const auto tokenizer = Tokenizer::open(kFixtures / "bytelevel");
    const ChatTemplate chatTemplate = ChatTemplate::named("chatml");
    const EncodedChat chat = chatTemplate.encode(*tokenizer, kTwoTurns, ChatEnd::IsComplete);
    COMPARE(chat.ids, tokenizer->encode(chat.text, SpecialTokens::Leave));
    std::vector<std::int32_t> trained;
    for (std::size_t i = 0; i < chat.ids.size(); ++i) {
        if (chat.trained[i] == 1) {
            trained.push_back(chat.ids[i]);
        }
    }
    COMPARE(tokenizer->decode(trained), "Two<|im_end|>Four<|im_end|>");
}

TEST(modelsOwnTemplatesAreRecognisedOrRefused)
{
    VERIFY(ChatTemplate::recognised(kChatMl).has_value());
    COMPARE(ChatTemplate::recognised(kChatMl)->name(), "chatml");
    COMPARE(ChatTemplate::recognised(std::string(kChatMl) + "\n")->name(), "chatml");
    VERIFY(!ChatTemplate::recognised(std::string(kChatMl) + " "));
    VERIFY(!ChatTemplate::recognised("{{ messages }}"));

    const test::TempFolder folder;
    VERIFY_FAILS(ChatTemplate::ofModel(folder.path()), ErrorCode::NotFound, "alpaca, vicuna-v1.1");
    const Json config = {
        {"eos_token", "<end>"},
        {"chat_template", Json::array({{{"name", "tool_use"}, {"template", "x"}},
                                       {{"name", "default"}, {"template", kChatMl}}})}};
    writeFileAtomically(folder.path() / "tokenizer_config.json", compactText(config));
    COMPARE(ChatTemplate::ofModel(folder.path()).name(), "chatml");
    writeFileAtomically(folder.path() / "chat_template.jinja", "{{ odd }}");
    VERIFY_FAILS(ChatTemplate::ofModel(folder.path()), ErrorCode::Unsupported,
                 "none of those that are known");
}

TEST(conversationsThatAreRefused)
{
    const auto render = [](const char* name, const std::vector<ChatMessage>& messages) {
        return ChatTemplate::named(name).render(messages, ChatEnd::AsksForAnswer);
    };
    VERIFY_FAILS(ChatTemplate::named("odd"), ErrorCode::NotFound, "llama-2-chat");
    VERIFY_FAILS(render("chatml", {}), ErrorCode::InvalidInput, "without messages");
    VERIFY_FAILS(render("gemma", {{ChatRole::System, "S"}, {ChatRole::User, "Q"}}),
                 ErrorCode::InvalidInput, "no place for a system message");
    VERIFY_FAILS(render("llama-2-chat", {{ChatRole::Assistant, "A"}}), ErrorCode::InvalidInput,
                 "message 0 is another's");
    VERIFY_FAILS(render("chatml", {{ChatRole::User, "\xFF"}}), ErrorCode::InvalidInput, "UTF-8");
    VERIFY(!chatRoleFromName("tool"));
}
