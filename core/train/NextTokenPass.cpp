// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/NextTokenPass.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace espalier {

namespace {

Tensor flat(const Tensor& normed)
{
    return normed.reshape({-1, normed.size(-1)}).to(at::kFloat);
}

/// What is frozen has no way back.
void backwardFrom(const Tensor& output, const Tensor& gradient)
{
    if (output.requires_grad()) {
        output.backward(gradient);
    }
}

} // namespace

NextTokenPass::NextTokenPass(CausalLM& model, Compute compute, at::Device device,
                             Activations activations)
    : m_model(model)
    , m_compute(compute)
    , m_device(device)
    , m_activations(activations)
{
}

Tensor NextTokenPass::inputs(const Tensor& windows)
{
    return windows.narrow(1, 0, windows.size(1) - 1).contiguous();
}

Tensor NextTokenPass::targets(const Tensor& windows)
{
    return windows.narrow(1, 1, windows.size(1) - 1).reshape({-1});
}

Tensor NextTokenPass::hidden(const Tensor& windows) const
{
    const at::NoGradGuard noGrad;
    const AutocastScope scope(m_compute, m_device);
    return flat(m_model.finalNorm(m_model.hiddenStates(inputs(windows))));
}

HeadLossSums NextTokenPass::backward(const Tensor& windows, const Loss& loss) const
{
    return m_activations == Activations::Recomputed ? backwardRecomputed(windows, loss)
                                                    : backwardHeld(windows, loss);
}

HeadLossSums NextTokenPass::backwardHeld(const Tensor& windows, const Loss& loss) const
{
    Tensor normed;
    {
        const AutocastScope scope(m_compute, m_device);
        normed = flat(m_model.finalNorm(m_model.hiddenStates(inputs(windows))));
    }
    return lossAtHead(normed, loss);
}

/// Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost, 2016, a block at a
/// time: only what each block is given is held.
HeadLossSums NextTokenPass::backwardRecomputed(const Tensor& windows, const Loss& loss) const
{
    const AutocastScope scope(m_compute, m_device);
    const Tensor embedded = m_model.embed(inputs(windows));
    std::vector<Tensor> given{embedded.detach()};
    {
        const at::NoGradGuard noGrad;
        for (std::int64_t i = 0; i < m_model.blocks(); ++i) {
            given.push_back(m_model.lease(i)->forward(given.back(), nullptr, i));
        }
    }
    Tensor last = given.back().detach().requires_grad_(true);
    given.pop_back();
    const HeadLossSums sums = lossAtHead(flat(m_model.finalNorm(last)), loss);
    Tensor gradient = last.grad();
    last = Tensor();
    for (std::int64_t i = m_model.blocks() - 1; i >= 0; --i) {
        const Tensor input = given.back().detach().requires_grad_(true);
        given.pop_back();
        m_model.lease(i)->forward(input, nullptr, i).backward(gradient);
        gradient = input.grad();
    }
    backwardFrom(embedded, gradient);
    return sums;
}

HeadLossSums NextTokenPass::lossAtHead(const Tensor& normed, const Loss& loss) const
{
    HeadGradients into{at::empty_like(normed, normed.options().requires_grad(false)),
                       headGradient()};
    const HeadLossSums sums = loss(normed.detach(), into);
    backwardFrom(normed, into.hidden);
    addHeadGradient(into.weight);
    return sums;
}

/// Where chunks add up the head's gradient: the gradient itself when it is fp32, else a buffer
/// beside it, so that hundreds of chunks are not summed in 8 bits. Undefined for a frozen head.
Tensor NextTokenPass::headGradient() const
{
    const Tensor& weight = m_model.headWeight();
    if (!weight.requires_grad()) {
        return {};
    }
    if (weight.scalar_type() != at::kFloat) {
        return at::zeros(weight.sizes(), weight.options().dtype(at::kFloat).requires_grad(false));
    }
    Tensor& grad = weight.mutable_grad();
    if (!grad.defined()) {
        grad = at::zeros(weight.sizes(), weight.options().requires_grad(false));
    }
    return grad;
}

void NextTokenPass::addHeadGradient(const Tensor& gradient) const
{
    const at::NoGradGuard noGrad;
    const Tensor& weight = m_model.headWeight();
    if (!gradient.defined() || weight.scalar_type() == at::kFloat) {
        return; // frozen, or summed in place
    }
    Tensor& grad = weight.mutable_grad();
    if (grad.defined()) {
        grad.add_(gradient); // a tied head: the embedding's own gradient is there already
    } else {
        grad = gradient.to(weight.scalar_type());
    }
}

} // namespace espalier
