// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Parts.h"

#include "core/checkpoint/Checkpoint.h"

#include <ATen/ATen.h>

namespace espalier {

Linear& Parts::addLinear(const std::string& name, const std::string& shownName,
                         std::int64_t outputs, std::int64_t inputs, HasBias hasBias, Layout layout)
{
    Linear& linear = m_linears.emplace_back(shownName, Tensor());
    const bool transposed = layout == Layout::InputsByOutputs;
    m_parts.push_back(
        {.name = name + ".weight",
         .tensor = &linear.weight(),
         .shape = transposed ? std::vector{inputs, outputs} : std::vector{outputs, inputs},
         .layout = layout});
    if (hasBias == HasBias::Yes) {
        m_parts.push_back(
            {.name = name + ".bias", .tensor = &linear.bias(), .shape = {outputs}, .start = 0});
    }
    return linear;
}

Norm& Parts::addNorm(const std::string& name, std::int64_t size, HasBias hasBias)
{
    Norm& norm = m_norms.emplace_back();
    m_parts.push_back({.name = name + ".weight",
                       .alias = name + ".gamma",
                       .tensor = &norm.weight,
                       .shape = {size},
                       .start = 1});
    if (hasBias == HasBias::Yes) {
        m_parts.push_back({.name = name + ".bias",
                           .alias = name + ".beta",
                           .tensor = &norm.bias,
                           .shape = {size},
                           .start = 0});
    }
    return norm;
}

Tensor& Parts::addTensor(const std::string& name, std::vector<std::int64_t> shape)
{
    Tensor& tensor = m_tensors.emplace_back();
    m_parts.push_back({.name = name, .tensor = &tensor, .shape = std::move(shape), .start = 0});
    return tensor;
}

void Parts::load(const WeightSource& source, const std::string& prefix,
                 const at::TensorOptions& options)
{
    for (const Part& part : m_parts) {
        const bool isOld = !part.alias.empty() && !source.has(prefix + part.name) &&
                           source.has(prefix + part.alias);
        Tensor value = source.read(prefix + (isOld ? part.alias : part.name)).to(options);
        if (part.layout == Layout::InputsByOutputs) {
            value = value.t().contiguous();
        }
        if (part.tensor->defined()) {
            part.tensor->detach().copy_(value);
        } else {
            *part.tensor = value;
        }
    }
    m_loaded = true;
}

void Parts::release()
{
    m_loaded = false;
    for (Linear& linear : m_linears) {
        linear.release();
    }
    for (Norm& norm : m_norms) {
        norm = Norm();
    }
    for (Tensor& tensor : m_tensors) {
        tensor = Tensor();
    }
}

std::vector<Linear*> Parts::linears()
{
    std::vector<Linear*> all;
    for (Linear& linear : m_linears) {
        all.push_back(&linear);
    }
    return all;
}

std::vector<NamedTensor> Parts::tensors(const std::string& prefix) const
{
    std::vector<NamedTensor> all;
    for (const Part& part : m_parts) {
        const bool transposed = part.layout == Layout::InputsByOutputs;
        all.emplace_back(prefix + part.name, transposed ? part.tensor->t() : *part.tensor);
    }
    return all;
}

std::vector<Tensor> Parts::parameters() const
{
    std::vector<Tensor> all;
    for (const Part& part : m_parts) {
        all.push_back(*part.tensor);
    }
    return all;
}

void Parts::expect(std::vector<ExpectedTensor>& expected, const std::string& prefix) const
{
    for (const Part& part : m_parts) {
        expected.push_back({prefix + part.name, part.shape,
                            part.alias.empty() ? std::string() : prefix + part.alias});
    }
}

void Parts::initialise(const at::TensorOptions& options, double deviation, at::Generator generator)
{
    for (const Part& part : m_parts) {
        *part.tensor =
            part.start >= 0
                ? at::full(part.shape, part.start, options)
                : at::empty(part.shape, at::kFloat).normal_(0, deviation, generator).to(options);
    }
    m_loaded = true;
}

} // namespace espalier
