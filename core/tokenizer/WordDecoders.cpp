// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Decoders.h"
#include "core/tokenizer/JsonPart.h"

#include <array>
#include <utility>

namespace espalier {

namespace {

using Tokens = std::vector<std::string>;

/// The blanks that cutting at punctuation leaves behind, as English writes them.
std::string cleaned(std::string text)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kRules{{
        {" .", "."},
        {" ?", "?"},
        {" !", "!"},
        {" ,", ","},
        {" ' ", "'"},
        {" n't", "n't"},
        {" 'm", "'m"},
        {" do not", " don't"},
        {" 's", "'s"},
        {" 've", "'ve"},
        {" 're", "'re"},
    }};
    for (const auto& [what, by] : kRules) {
        text = withAllReplaced(text, what, by);
    }
    return text;
}

/// A suffix marks the end of a word: a space, but for the last token.
class WordEnd : public Decoder {
public:
    explicit WordEnd(const JsonPart& part)
        : m_suffix(part.text("suffix"))
    {
        if (m_suffix.empty()) {
            part.corrupt("has an empty \"suffix\"");
        }
    }

    Tokens apply(Tokens tokens) const override
    {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            tokens[i] = withAllReplaced(tokens[i], m_suffix, i + 1 == tokens.size() ? "" : " ");
        }
        return tokens;
    }

private:
    std::string m_suffix;
};

/// A prefix marks what goes on with a word; everything else begins one.
class WordPiece : public Decoder {
public:
    explicit WordPiece(const JsonPart& part)
        : m_prefix(part.text("prefix", "##"))
        , m_cleans(part.flag("cleanup", true))
    {
    }

    Tokens apply(Tokens tokens) const override
    {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            std::string& token = tokens[i];
            if (i > 0 && token.starts_with(m_prefix)) {
                token.erase(0, m_prefix.size());
            } else if (i > 0) {
                token.insert(0, " ");
            }
            token = m_cleans ? cleaned(std::move(token)) : std::move(token);
        }
        return tokens;
    }

private:
    std::string m_prefix;
    bool m_cleans;
};

/// Repeated tokens are one, and padding between them keeps two apart.
class Ctc : public Decoder {
public:
    explicit Ctc(const JsonPart& part)
        : m_pad(part.text("pad_token", "<pad>"))
        , m_delimiter(part.text("word_delimiter_token", "|"))
        , m_cleans(part.flag("cleanup", true))
    {
        if (m_pad.empty() || m_delimiter.empty()) {
            part.corrupt("has an empty \"pad_token\" or \"word_delimiter_token\"");
        }
    }

    Tokens apply(Tokens tokens) const override
    {
        Tokens result;
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && tokens[i] == tokens[i - 1]) {
                continue;
            }
            std::string text = withAllReplaced(tokens[i], m_pad, "");
            if (m_cleans) {
                text = withAllReplaced(cleaned(std::move(text)), m_delimiter, " ");
            }
            if (!text.empty()) {
                result.push_back(std::move(text));
            }
        }
        return result;
    }

private:
    std::string m_pad;
    std::string m_delimiter;
    bool m_cleans;
};

} // namespace

std::unique_ptr<Decoder> makeWordDecoder(const JsonPart& part, std::string_view type)
{
    if (type == "BPEDecoder") {
        return std::make_unique<WordEnd>(part);
    }
    if (type == "WordPiece") {
        return std::make_unique<WordPiece>(part);
    }
    if (type == "CTC") {
        return std::make_unique<Ctc>(part);
    }
    return nullptr;
}

} // namespace espalier
