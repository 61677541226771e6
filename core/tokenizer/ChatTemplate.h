// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/tokenizer/Encoding.h"

#include <optional>
#include <string>
#include <vector>

namespace espalier {

class Tokenizer;
struct ChatRules;

enum class ChatRole { System = 1, User, Assistant };

/// "system", "user", "assistant"; nothing for other names.
ESPALIER_API std::optional<ChatRole> chatRoleFromName(std::string_view name);

struct ChatMessage {
    ChatRole role = ChatRole::User;
    std::string text = {};
};

/// What is asked of a conversation: the next answer, or nothing more (it is to be trained on).
enum class ChatEnd { AsksForAnswer = 1, IsComplete };

struct RenderedChat {
    std::string text = {};
    std::vector<ByteRange> trained = {}; // the assistant's words, with what ends them
};

struct EncodedChat {
    std::string text = {};
    std::vector<std::int32_t> ids = {};
    std::vector<std::uint8_t> trained = {}; // 1: the assistant says it; one a token
};

/// How a model was taught to tell who speaks. Each is written down here as data; a model's own
/// Jinja template is only recognised, never run.
class ESPALIER_API ChatTemplate {
public:
    /// In the order of a list for people.
    static std::vector<std::string> names();
    /// Throws NotFound with all names.
    static ChatTemplate named(std::string_view name);
    /// The one that does exactly what this Jinja text does, if that is known: equality with the
    /// text of a public model, apart from a last line end and from how line ends are written.
    static std::optional<ChatTemplate> recognised(std::string_view jinja);
    /// By chat_template.jinja or tokenizer_config.json of a model folder, which also give the
    /// begin and end tokens. Throws NotFound when they name none, Unsupported when it is not
    /// recognised; both with all names.
    static ChatTemplate ofModel(const Path& folder);

    std::string name() const;
    void setTokens(std::string bos, std::string eos);

    /// Throws InvalidInput for roles in an order that the template does not have.
    RenderedChat render(std::span<const ChatMessage> messages, ChatEnd end) const;
    /// Special tokens inside a message's text become those tokens, as with the reference.
    EncodedChat encode(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                       ChatEnd end) const;

private:
    explicit ChatTemplate(const ChatRules& rules);

    const ChatRules* m_rules; // lives as long as the program
    std::string m_bos;
    std::string m_eos;
};

} // namespace espalier
