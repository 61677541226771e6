// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/generate/DecodeModel.h"
#include "core/kernels/PackedGemm.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace espalier {

/// Tokens that are appended to one sequence.
struct DecodeInput {
    std::int64_t sequence = 0;
    std::vector<std::int32_t> tokens = {}; // one at least
};

/// Several sequences with their keys and values, each as long as it is: no padding. One parallel
/// region a step; prompts and single tokens take the same way. A sequence has the same bits alone,
/// among others, in pieces, and with any number of threads.
class ESPALIER_API DecodeLoop {
public:
    /// Room for `capacity` positions in each sequence; memory is taken as they fill.
    DecodeLoop(std::shared_ptr<const DecodeModel> model, std::int64_t sequences,
               std::int64_t capacity, int threads);
    ~DecodeLoop();
    DecodeLoop(const DecodeLoop&) = delete;
    DecodeLoop& operator=(const DecodeLoop&) = delete;

    const DecodeModel& model() const;
    std::int64_t positions(std::int64_t sequence) const;

    /// The largest logit after the last token of each input, in their order. Throws InvalidInput
    /// for an id outside the vocabulary or a sequence that is full, Numeric for logits that are not
    /// finite.
    std::vector<Largest> greedy(std::span<const DecodeInput> inputs);
    /// All logits after the last token of each input: [inputs x vocabSize], valid until the next
    /// call.
    std::span<const float> logits(std::span<const DecodeInput> inputs);
    /// The logits of every token: [tokens of all inputs x vocabSize].
    std::span<const float> allLogits(std::span<const DecodeInput> inputs);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace espalier
