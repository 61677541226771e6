// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/checkpoint/GgufFile.h"

#include <optional>
#include <string>

namespace espalier {

/// tokenizer.ggml.token_type, by the format's numbers.
enum class GgufTokenKind { Normal = 1, Unknown, Control, User, Unused, Byte };

/// tokenizer.ggml.* of a file, checked: the lists fit each other, texts are UTF-8.
class GgufTokens {
public:
    /// Throws Corrupt when there is no vocabulary or a list of another length.
    explicit GgufTokens(const GgufFile& file);

    /// Throws Corrupt with the file's name.
    [[noreturn]] void corrupt(const std::string& what) const;

    const std::string& where() const { return m_file.where(); }

    std::size_t size() const { return m_tokens->size(); }

    const std::string& textOf(std::size_t id) const;
    GgufTokenKind kindOf(std::size_t id) const;
    /// Throws Corrupt without scores.
    double scoreOf(std::size_t id) const;

    /// A value behind "tokenizer.ggml."; null if there is none.
    const Json* find(const std::string& key) const;
    std::string text(const std::string& key) const;
    bool flag(const std::string& key, bool fallback) const;
    const Json& list(const std::string& key) const;
    /// The id behind "tokenizer.ggml.NAME_token_id".
    std::optional<std::size_t> special(const std::string& name) const;

    /// Parts of a tokenizer.json: "vocab" of a BPE or WordPiece, what is looked for in the text
    /// before anything else, and the tokens before and behind a text.
    Json vocabulary() const;
    Json addedTokens() const;
    Json frame(std::optional<std::size_t> begin, std::optional<std::size_t> end) const;
    /// SentencePiece's table of characters, a "normalizer"; null without one.
    Json charsMap() const;

private:
    const Json& matching(const std::string& key, const Json& value) const;

    const GgufFile& m_file;
    const Json* m_tokens = nullptr;
    const Json* m_kinds = nullptr;  // null: all are normal
    const Json* m_scores = nullptr; // null: none
};

} // namespace espalier
