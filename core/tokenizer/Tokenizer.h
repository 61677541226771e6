// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

enum class SpecialTokens { Add = 1, Leave }; // what the post-processor would add: BOS and the like

/// tokenizer.json of a model folder.
class ESPALIER_API Tokenizer {
public:
    virtual ~Tokenizer();
    /// Throws NotFound (no tokenizer.json there), Corrupt, or Unsupported with the component's
    /// name.
    static std::unique_ptr<Tokenizer> open(const Path& folder);

    virtual std::vector<std::int32_t> encode(std::string_view text,
                                             SpecialTokens special = SpecialTokens::Add) const = 0;
    virtual std::string decode(std::span<const std::int32_t> tokens,
                               bool skipSpecial = true) const = 0;
    virtual std::int64_t vocabSize() const = 0;
    virtual std::optional<std::int32_t> idOf(std::string_view token) const = 0;
    virtual std::string tokenOf(std::int32_t id) const = 0;
    /// SHA-256 over id, text and flags of every entry: equal for equal vocabularies.
    virtual std::string fingerprint() const = 0;
};

} // namespace espalier
