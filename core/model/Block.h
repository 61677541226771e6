// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/Linear.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

class WeightSource;

/// Keys and values of the positions so far, one pair a block: [batch x kvHeads x positions x
/// headDim].
struct KvCache {
    std::vector<Tensor> keys = {}, values = {};
    std::int64_t positions = 0;
    /// [batch] int64: so many positions at the start of each sequence hold padding, which nothing
    /// sees and which is not counted as a position. Undefined: none. Set before the first forward.
    Tensor padding = {};
};

/// Zeroes a share of numbers while training and scales the rest up. The stream of one generator: in
/// the same order of calls the same numbers go.
struct ESPALIER_API Dropout {
    at::Generator generator = {};
    double embedding = 0, attention = 0, hidden = 0, classifier = 0; // shares, as the config says

    Tensor operator()(const Tensor& x, double share);
};

/// Factors in a forward pass, for methods that ask what a part is worth. An undefined one is 1.
struct BlockGates {
    Tensor heads = {};       // [heads] or [batch x heads]: of each head's mix of values
    Tensor neurons = {};     // [intermediateSize]: of the feed-forward's inner activations
    Tensor attention = {};   // []: of what attention adds to the residual stream
    Tensor feedForward = {}; // []: of what the feed-forward adds to it
    Tensor block = {};       // []: of the whole block: x + block (f(x) - x)
};

/// What a forward pass leaves behind for distillation.
struct BlockTaps {
    /// The scores and probabilities too: they cost memory and the fused kernel.
    bool wantsAttention = false;
    Tensor queries = {}, keys = {}, values = {}; // [batch x heads (kvHeads) x length x headDim]
    Tensor scores = {};        // q k^T scaled [batch x heads x length x keys]; -inf: not seen
    Tensor probabilities = {}; // softmax of the scores
    Tensor inner = {};         // [batch x length x intermediateSize]: what the last linear is given
};

/// One forward pass of one block.
struct BlockCall {
    KvCache* cache = nullptr;   // positions go on behind it; keys and values are appended
    std::int64_t index = 0;     // the block's place in the cache
    Tensor visible = {};        // [batch x keys] bool: false is padding; undefined: all are seen
    Tensor positions = {};      // [batch x length] int64; undefined: consecutive
    Dropout* dropout = nullptr; // null: none, as in evaluation
    const BlockGates* gates = nullptr;
    BlockTaps* taps = nullptr;
};

using NamedTensor = std::pair<std::string, Tensor>;

/// One layer of a transformer.
class ESPALIER_API Block {
public:
    virtual ~Block();
    /// hidden [batch x length x hiddenSize] -> the same shape. Differentiable while gradients are
    /// enabled.
    virtual Tensor forward(const Tensor& hidden, const BlockCall& call) = 0;

    Tensor forward(const Tensor& hidden, KvCache* cache, std::int64_t index)
    {
        return forward(hidden, BlockCall{.cache = cache, .index = index});
    }

    /// Every linear, in the order of the forward pass.
    virtual std::vector<Linear*> linears() = 0;
    /// Linears that see the same input stand in one group: {q, k, v}, {o}, {gate, up}, {down}.
    virtual std::vector<std::vector<Linear*>> inputGroups() = 0;
    /// All its tensors under the names and in the shapes of the file it was read from, block number
    /// as given. Where a file stores a weight transposed this is a view: writing to it writes to
    /// the weight.
    virtual std::vector<NamedTensor> tensors(std::int64_t index) const = 0;
    /// The same, each as it is computed with: what an optimiser changes.
    virtual std::vector<Tensor> parameters() const;
    virtual bool isLoaded() const = 0;
    virtual void load(const WeightSource& source, std::int64_t indexInSource,
                      const at::TensorOptions& options) = 0;
    virtual void release() = 0;
};

} // namespace espalier
