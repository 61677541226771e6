// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/families/FamilyParts.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"

#include <ATen/ATen.h>

namespace espalier {

std::string baseOf(const WeightSource& source, const std::string& base, const std::string& known)
{
    for (std::string some = base;;) {
        if (source.has(some + known)) {
            return some;
        }
        if (some.empty()) {
            return base; // whose absence is reported with its full name
        }
        some = some.substr(some.find('.') + 1);
    }
}

std::int64_t countOf(const std::vector<ExpectedTensor>& tensors)
{
    std::int64_t count = 0;
    for (const ExpectedTensor& tensor : tensors) {
        std::int64_t size = 1;
        for (const std::int64_t length : tensor.shape) {
            size *= length;
        }
        count += size;
    }
    return count;
}

Tensor embedTokens(const Tensor& embedding, const Tensor& tokens, const ModelConfig& config)
{
    checkTokens(tokens, config.vocabSize);
    return at::embedding(embedding, tokens.to(embedding.device())).to(at::kFloat);
}

Tensor embedPositions(const Tensor& table, const Tensor& positions, std::int64_t length,
                      const ModelConfig& config)
{
    const Tensor rows = positions.defined()
                            ? positions.to(table.device())
                            : at::arange(length, table.options().dtype(at::kLong)).unsqueeze(0);
    const std::int64_t last = rows.max().item<std::int64_t>();
    if (last + config.positionOffset >= table.size(0)) {
        throw Error(ErrorCode::InvalidInput,
                    "The text has " + std::to_string(last + 1) + " tokens; the model has learned " +
                        std::to_string(table.size(0) - config.positionOffset) +
                        " positions. Use shorter windows.");
    }
    return at::embedding(table, rows + config.positionOffset).to(at::kFloat);
}

} // namespace espalier
