// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/Block.h"
#include "core/model/TensorCheck.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace espalier {

/// How a file stores the weight of a linear.
enum class Layout { OutputsByInputs = 1, InputsByOutputs }; // the second is GPT-2's Conv1D

enum class HasBias { No = 1, Yes };

inline HasBias biasIf(bool wanted)
{
    return wanted ? HasBias::Yes : HasBias::No;
}

/// A norm of the last dimension; without a bias, or without both, in families that have none.
struct Norm {
    Tensor weight = {}, bias = {};
};

/// Linears, norms and tables, listed once with the names and shapes they have in the file; loading,
/// storing and checking follow from the list.
class Parts {
public:
    /// Listed in the order of the calls. The returned references stay valid. `shownName` is the
    /// linear's name in series.
    Linear& addLinear(const std::string& name, const std::string& shownName, std::int64_t outputs,
                      std::int64_t inputs, HasBias hasBias,
                      Layout layout = Layout::OutputsByInputs);
    /// "name.weight" and, where wanted, "name.bias"; old files say "gamma" and "beta".
    Norm& addNorm(const std::string& name, std::int64_t size, HasBias hasBias);
    Tensor& addTensor(const std::string& name, std::vector<std::int64_t> shape);

    /// `prefix` stands before every name in the file. Into the tensors that are there already, if
    /// they are: an optimiser may hold them.
    void load(const WeightSource& source, const std::string& prefix,
              const at::TensorOptions& options);
    void release();

    bool isLoaded() const { return m_loaded; }

    std::vector<Linear*> linears();
    /// As in the file, under its names.
    std::vector<NamedTensor> tensors(const std::string& prefix) const;
    /// As they are computed with.
    std::vector<Tensor> parameters() const;
    void expect(std::vector<ExpectedTensor>& expected, const std::string& prefix) const;
    /// Weights drawn from a normal distribution, biases zero and norms one, for parts that the file
    /// does not hold: a head that is to be trained.
    void initialise(const at::TensorOptions& options, double deviation, at::Generator generator);

private:
    struct Part {
        std::string name = {};
        std::string alias = {};
        Tensor* tensor = nullptr;
        std::vector<std::int64_t> shape = {}; // in the file
        Layout layout = Layout::OutputsByInputs;
        double start = -1; // of initialise(); negative: drawn
    };

    bool m_loaded = false;
    std::deque<Linear> m_linears; // deques: parts point into them
    std::deque<Norm> m_norms;
    std::deque<Tensor> m_tensors;
    std::vector<Part> m_parts;
};

/// A block made of parts. A family adds the forward pass.
class PartsBlock : public Block {
public:
    using Block::forward;

    std::vector<Linear*> linears() override { return m_parts.linears(); }

    std::vector<NamedTensor> tensors(std::int64_t index) const override
    {
        return m_parts.tensors(prefixOf(index));
    }

    std::vector<Tensor> parameters() const override { return m_parts.parameters(); }

    bool isLoaded() const override { return m_parts.isLoaded(); }

    void load(const WeightSource& source, std::int64_t indexInSource,
              const at::TensorOptions& options) override
    {
        m_parts.load(source, prefixOf(indexInSource), options);
    }

    void release() override { m_parts.release(); }

    /// What the file must hold for block `index`.
    void expect(std::vector<ExpectedTensor>& expected, std::int64_t index) const
    {
        m_parts.expect(expected, prefixOf(index));
    }

protected:
    /// `prefix` stands before the block's number in the file, as "model.layers."; `index` is the
    /// block's number here.
    PartsBlock(std::string prefix, std::int64_t index)
        : m_prefix(std::move(prefix))
        , m_index(index)
    {
    }

    Linear& addLinear(const std::string& name, std::int64_t outputs, std::int64_t inputs,
                      HasBias hasBias, Layout layout = Layout::OutputsByInputs)
    {
        return m_parts.addLinear(name, "blocks." + std::to_string(m_index) + "." + name, outputs,
                                 inputs, hasBias, layout);
    }

    Norm& addNorm(const std::string& name, std::int64_t size, HasBias hasBias)
    {
        return m_parts.addNorm(name, size, hasBias);
    }

private:
    std::string prefixOf(std::int64_t index) const
    {
        return m_prefix + std::to_string(index) + ".";
    }

    std::string m_prefix;
    std::int64_t m_index;
    Parts m_parts;
};

} // namespace espalier
