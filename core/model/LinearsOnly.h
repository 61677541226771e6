// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/Transformer.h"

#include <memory>

namespace espalier {

/// A model whose architecture is not known. Nothing is computed with it and nothing is guessed: a
/// linear is a tensor of two dimensions named "PREFIX.NUMBER.NAME.weight" that is neither a norm,
/// an embedding nor a table of biases by its name; all linears with one PREFIX.NUMBER are a block.
/// Everything else is carried over as it is stored.
class ESPALIER_API LinearsOnly : public Transformer {
public:
    /// Throws NotFound or Corrupt in words, and Unsupported where no linear is found.
    static std::unique_ptr<LinearsOnly> open(const Path& folder, const LoadOptions& options = {});

    LinearsOnly(ModelConfig config, std::shared_ptr<WeightSource> source,
                const LoadOptions& options);

    std::vector<NamedTensor> outerTensors() const override;
    at::ScalarType storedType(const std::string& name) const override;

private:
    std::vector<std::string> m_outer; // names, read when they are asked for
};

/// Of an architecture that no family reads: what its config.json and the names and shapes of its
/// tensors say. Throws Unsupported, with the known architectures, where there are no weights or no
/// linears in them.
ModelConfig inspectUnknown(const Path& folder, const Json& config);

} // namespace espalier
