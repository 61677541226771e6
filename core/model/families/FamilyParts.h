// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/CausalLM.h"
#include "core/model/TensorCheck.h"

#include <memory>
#include <vector>

namespace espalier {

/// For Family::create.
template <class Model>
std::unique_ptr<CausalLM> createModel(ModelConfig config, std::shared_ptr<WeightSource> source,
                                      const LoadOptions& options)
{
    return std::make_unique<Model>(config, std::move(source), options);
}

/// What stands before the names of a model's tensors in its file: `base`, or as much of its end as
/// the file has. A model that was saved without its head has none: "transformer.wte.weight" is
/// "wte.weight" there. `known` is a tensor that every such file holds.
std::string baseOf(const WeightSource& source, const std::string& base, const std::string& known);

/// Numbers in all of these tensors.
std::int64_t countOf(const std::vector<ExpectedTensor>& tensors);

/// Rows of the embedding in fp32, [batch x length x width]. Throws InvalidInput for an id outside
/// the vocabulary.
Tensor embedTokens(const Tensor& embedding, const Tensor& tokens, const ModelConfig& config);

/// Rows of a table of learned positions in fp32, for `positions` [batch or 1 x length] or, where
/// that is undefined, for 0, 1, ..., length - 1. Throws InvalidInput when the text is longer than
/// the table.
Tensor embedPositions(const Tensor& table, const Tensor& positions, std::int64_t length,
                      const ModelConfig& config);

} // namespace espalier
