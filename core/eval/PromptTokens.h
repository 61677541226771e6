// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/tokenizer/Tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace espalier {

/// A continuation's tokens behind its context's, as lm-evaluation-harness makes them.
struct EncodedPair {
    std::vector<std::int32_t> tokens = {}; // both
    std::int64_t firstScored = 0;          // where the continuation begins
};

/// The tokenizer of a model folder and its BOS and EOS: by tokenizer_config.json, else by
/// config.json.
class ESPALIER_API PromptTokens {
public:
    /// Throws as Tokenizer::open does; Corrupt for a config that is no JSON object.
    explicit PromptTokens(const Path& modelFolder);
    ~PromptTokens();

    const Tokenizer& tokenizer() const { return *m_tokenizer; }

    std::optional<std::int32_t> begin() const { return m_begin; }

    /// BOS where the tokenizer puts it before a text by itself.
    std::optional<std::int32_t> beginAdded() const;

    /// BOS, or EOS where there is none: stands for an empty context. Throws InvalidInput where the
    /// model has neither.
    std::int32_t prefix() const;

    /// The ids of a text with the special tokens the tokenizer adds; not added where the text
    /// begins with the text of BOS.
    std::vector<std::int32_t> encode(std::string_view text) const;

    /// White space at the end of the context goes to the continuation; both are encoded together
    /// and parted at the length of the context alone. An empty context is prefix(). The left is cut
    /// so that no more than `most` positions go before the model. Throws InvalidInput when nothing
    /// of the continuation is left to score, or it alone is longer than that.
    EncodedPair encodePair(std::string_view context, std::string_view continuation,
                           std::int64_t most) const;

private:
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::optional<std::int32_t> m_begin = {}, m_end = {};
};

} // namespace espalier
