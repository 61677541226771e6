// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace espalier {

class JsonPart;

/// Puts special tokens, BOS and the like, around the ids of one text.
class PostProcessor {
public:
    virtual ~PostProcessor() = default;
    virtual void apply(std::vector<std::int32_t>& ids) const = 0;
};

/// Sequence, TemplateProcessing (the template for one text), ByteLevel, BertProcessing,
/// RobertaProcessing. Ids must be below `vocabSize`. Throws Unsupported for others.
std::unique_ptr<PostProcessor> makePostProcessor(const JsonPart& part, std::int32_t vocabSize);

} // namespace espalier
