// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/CalibrationSet.h"
#include "core/model/CausalLM.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace espalier::test {

/// A model without blocks: the logits after a token are head . embedding[token], so that a test
/// knows them exactly.
class TableModel : public CausalLM {
public:
    TableModel(Tensor embedding, Tensor head)
        : CausalLM(configOf(embedding), nullptr, {})
        , m_embedding(std::move(embedding))
        , m_head(std::move(head))
    {
    }

    /// Row t of `logits` are the logits after token t.
    explicit TableModel(const Tensor& logits)
        : TableModel(at::eye(logits.size(0)), logits.t().contiguous())
    {
    }

    using CausalLM::embed;

    Tensor embed(const Tensor& tokens, const Tensor&) const override
    {
        return at::embedding(m_embedding, tokens);
    }

    Tensor finalNorm(const Tensor& hidden) const override { return hidden; }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override { return {}; }

    /// Logits after `token` in double, by the definition.
    std::vector<double> logitsAfter(std::int64_t token) const
    {
        std::vector<double> result;
        for (std::int64_t v = 0; v < m_head.size(0); ++v) {
            double sum = 0;
            for (std::int64_t i = 0; i < m_head.size(1); ++i) {
                sum += static_cast<double>(m_head.const_data_ptr<float>()[v * m_head.size(1) + i]) *
                       static_cast<double>(
                           m_embedding.const_data_ptr<float>()[token * m_head.size(1) + i]);
            }
            result.push_back(sum);
        }
        return result;
    }

private:
    static ModelConfig configOf(const Tensor& embedding)
    {
        ModelConfig config;
        config.family = "table";
        config.vocabSize = embedding.size(0);
        config.hiddenSize = embedding.size(1);
        config.maxPositions = 4096;
        return config;
    }

    Tensor m_embedding, m_head;
};

/// log softmax in double, the slow way.
inline std::vector<double> logSoftmax(std::vector<double> logits)
{
    double sum = 0;
    for (const double logit : logits) {
        sum += std::exp(logit);
    }
    for (double& logit : logits) {
        logit -= std::log(sum);
    }
    return logits;
}

inline CalibrationSet windowsOf(const Tensor& tokens)
{
    CalibrationSet set;
    set.tokens = tokens.to(at::kInt);
    set.source = "tokens:made-by-hand.i32";
    set.name = "made-by-hand";
    set.available = tokens.size(0);
    return set;
}

inline CalibrationSet randomWindows(std::int64_t windows, std::int64_t length,
                                    std::int64_t vocabulary, std::int64_t seed)
{
    at::manual_seed(static_cast<std::uint64_t>(seed));
    return windowsOf(at::randint(vocabulary, {windows, length}, at::kLong));
}

inline void noStep(std::int64_t, std::int64_t) {}

} // namespace espalier::test
