// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/tokenizer/AddedTokens.h"

#include <optional>

namespace espalier {

/// What transformers writes beside vocabulary files: tokenizer_config.json, special_tokens_map.json
/// and added_tokens.json, each of which may be missing.
class TokenizerConfig {
public:
    explicit TokenizerConfig(const Path& folder);

    /// "BertTokenizer", without "Fast"; "" when no file says.
    std::string className() const;
    bool has(const char* key) const;
    bool flag(const char* key, bool fallback) const;
    std::int64_t integer(const char* key, std::int64_t fallback) const;
    /// Null when there is none.
    Json value(const char* key) const;
    /// "cls_token" and the like; `fallback` when no file says. Null in the file: none.
    std::optional<std::string> token(const char* key, std::optional<std::string> fallback) const;

    /// The special tokens named here or in `usual` (key and text) and what was added to the
    /// vocabulary. Tokens that `texts` has keep their id there; the others get the ids the files
    /// give, or go on behind it in order. Of `usual` only what is in the vocabulary or named in a
    /// file.
    std::vector<AddedToken>
    addedTokens(const std::vector<std::pair<const char*, const char*>>& usual,
                const std::vector<std::string>& texts) const;

private:
    const Json* find(const char* key) const;
    AddedToken tokenFrom(const Json& value) const;

    Path m_folder;
    Json m_config = Json::object();
    Json m_special = Json::object();
    Json m_added = Json::object();
};

} // namespace espalier
