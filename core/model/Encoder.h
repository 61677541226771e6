// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace espalier {

/// A batch of texts for an encoder.
struct EncoderInput {
    Tensor tokens = {};  // [batch x length] int64
    Tensor types = {};   // [batch x length] int64: 0 in the first text of a pair, 1 in the second;
                         // undefined: 0
    Tensor visible = {}; // [batch x length] bool, false is padding; undefined: there is none
};

/// A classification head that the file does not hold and that is to be trained.
struct NewHead {
    std::vector<std::string> labels = {}; // empty: none is wanted; one: a regression
    std::uint64_t seed = 0;
    double deviation = 0.02; // of its weights; biases are zero
};

/// A bidirectional encoder of text (BERT and its kin) with the heads that its file has.
class ESPALIER_API Encoder : public Transformer {
public:
    /// Throws NotFound, Corrupt, Unsupported or InvalidInput in words. With `head` the model
    /// becomes a classifier with a fresh head, whatever heads the file has.
    static std::unique_ptr<Encoder> open(const Path& folder, const LoadOptions& options = {},
                                         const NewHead& head = {});

    using Transformer::Transformer;

    /// Sum of the embeddings, normed: what the first block is given [batch x length x hiddenSize].
    virtual Tensor embed(const EncoderInput& input, Dropout* dropout) const = 0;

    /// The last block's output [batch x length x hiddenSize].
    Tensor hiddenStates(const EncoderInput& input, Dropout* dropout = nullptr);

    virtual bool hasPooler() const = 0;
    virtual bool hasMaskedHead() const = 0;

    bool hasClassifier() const { return config().labels > 0; }

    /// [batch x hiddenSize] from hidden states: BERT's tanh of the first token. Throws Unsupported
    /// where there is no pooler.
    virtual Tensor pooled(const Tensor& hidden) const = 0;
    /// [batch x labels] from hidden states, fp32.
    virtual Tensor classLogits(const Tensor& hidden, Dropout* dropout = nullptr) const = 0;
    /// What the product with the vocabulary is given, from rows of hidden states [rows x
    /// hiddenSize].
    virtual Tensor maskedTransform(const Tensor& rows) const = 0;
    /// Of the masked-language-model head: [vocabSize x hiddenSize] and [vocabSize].
    virtual const Tensor& maskedWeight() const = 0;
    virtual const Tensor& maskedBias() const = 0;
    /// [rows x vocabSize], fp32. For small inputs; losses go by chunks.
    Tensor maskedLogits(const Tensor& rows) const;

protected:
    [[noreturn]] void failWithoutHead(const char* head) const;
};

/// Mean of the hidden states of what is no padding [batch x hiddenSize]: a sentence vector.
ESPALIER_API Tensor meanPooled(const Tensor& hidden, const Tensor& visible);

} // namespace espalier
