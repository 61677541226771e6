// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <memory>
#include <vector>

namespace espalier {

class JsonPart;
class Vocabulary;

/// Puts special tokens, BOS and the like, around one text or between two, and trims offsets.
class PostProcessor {
public:
    virtual ~PostProcessor() = default;

    /// Of one text, ids only.
    virtual void apply(std::vector<std::int32_t>& ids) const = 0;
    /// `parts`, in the order they will stand in, are at first those of the `texts`, one or two.
    virtual void apply(std::vector<Encoding>& parts, SpecialTokens special,
                       std::span<const std::string_view> texts) const = 0;
    /// How many tokens it puts.
    virtual std::size_t added(bool pair) const = 0;
};

/// Sequence, TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing. Ids must be in the
/// vocabulary, which must outlive it. Throws Unsupported for others.
std::unique_ptr<PostProcessor> makePostProcessor(const JsonPart& part,
                                                 const Vocabulary& vocabulary);

} // namespace espalier
