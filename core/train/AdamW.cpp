// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/AdamW.h"

#include "core/base/Error.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace espalier {

namespace {

/// Elements handled at a time: five fp32 tiles stay in a core's second-level cache.
constexpr std::int64_t kTile = 32768;

std::string numbered(std::string_view kind, std::size_t index)
{
    return "adamw." + std::string(kind) + "." + std::to_string(index);
}

/// The scalars of one update; they are the same for every element.
struct Update {
    double beta1, beta2, epsilon, decay; // decay: 1 - learning rate * weight decay
    double size;                         // learning rate / (1 - beta1^t)
    double secondCorrection;             // sqrt(1 - beta2^t)
    double gradientScale;
};

/// All arguments are flat and of equal length.
void updateTile(const Update& update, Tensor weight, Tensor m, Tensor v, const Tensor& gradient)
{
    Tensor g = gradient.to(at::kFloat);
    if (update.gradientScale != 1.0) {
        g = g * update.gradientScale;
    }
    m.mul_(update.beta1).add_(g, 1 - update.beta1);
    v.mul_(update.beta2).addcmul_(g, g, 1 - update.beta2);
    const Tensor denominator = v.sqrt().div_(update.secondCorrection).add_(update.epsilon);
    weight.mul_(update.decay).addcdiv_(m, denominator, -update.size);
}

} // namespace

AdamW::AdamW(std::vector<Tensor> parameters, const AdamWOptions& options)
    : m_options(options)
{
    const at::NoGradGuard noGrad;
    for (Tensor& parameter : parameters) {
        if (!parameter.is_contiguous()) {
            throw Error(ErrorCode::Internal, "A parameter to train is a strided view of other "
                                             "memory; make it contiguous first.");
        }
        Slot slot;
        const auto options32 = parameter.options().dtype(at::kFloat).requires_grad(false);
        slot.firstMoment = at::zeros(parameter.sizes(), options32);
        slot.secondMoment = at::zeros(parameter.sizes(), options32);
        slot.decay = parameter.dim() > 1 ? options.weightDecay : 0.0;
        if (parameter.scalar_type() != at::kFloat) {
            slot.master = parameter.detach().to(at::kFloat).clone();
        }
        slot.parameter = std::move(parameter);
        m_slots.push_back(std::move(slot));
    }
}

void AdamW::step(double learningRate, double gradientScale)
{
    const at::NoGradGuard noGrad;
    ++m_steps;
    for (const Slot& slot : m_slots) {
        if (slot.parameter.grad().defined()) {
            updateSlot(slot, learningRate, gradientScale);
        }
    }
}

void AdamW::updateSlot(const Slot& slot, double learningRate, double gradientScale) const
{
    const auto t = static_cast<double>(m_steps);
    const Update update{m_options.beta1,
                        m_options.beta2,
                        m_options.epsilon,
                        1 - learningRate * slot.decay,
                        learningRate / (1 - std::pow(m_options.beta1, t)),
                        std::sqrt(1 - std::pow(m_options.beta2, t)),
                        gradientScale};
    const Tensor parameter = slot.parameter.detach().view(-1);
    const Tensor weight = slot.master.defined() ? slot.master.view(-1) : parameter;
    const Tensor m = slot.firstMoment.view(-1);
    const Tensor v = slot.secondMoment.view(-1);
    const Tensor gradient = slot.parameter.grad().contiguous().view(-1);
    const auto updateRange = [&](std::int64_t first, std::int64_t end) {
        const at::NoGradGuard noGrad; // the pool's threads have their own mode
        for (std::int64_t at = first; at < end; at += kTile) {
            const std::int64_t size = std::min(kTile, end - at);
            updateTile(update, weight.narrow(0, at, size), m.narrow(0, at, size),
                       v.narrow(0, at, size), gradient.narrow(0, at, size));
            if (slot.master.defined()) {
                parameter.narrow(0, at, size).copy_(weight.narrow(0, at, size));
            }
        }
    };
    if (parameter.device().is_cpu()) {
        at::parallel_for(0, parameter.numel(), kTile, updateRange);
    } else {
        updateRange(0, parameter.numel());
    }
}

std::vector<std::pair<std::string, Tensor>> AdamW::states() const
{
    std::vector<std::pair<std::string, Tensor>> tensors;
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        tensors.emplace_back(numbered("first", i), m_slots[i].firstMoment);
        tensors.emplace_back(numbered("second", i), m_slots[i].secondMoment);
        if (m_slots[i].master.defined()) {
            tensors.emplace_back(numbered("master", i), m_slots[i].master);
        }
    }
    return tensors;
}

double gradientNorm(const std::vector<Tensor>& parameters)
{
    double squares = 0;
    for (const Tensor& parameter : parameters) {
        if (parameter.grad().defined()) {
            const double norm =
                at::linalg_vector_norm(parameter.grad(), 2, c10::nullopt, false, at::kDouble)
                    .item<double>();
            squares += norm * norm;
        }
    }
    return std::sqrt(squares);
}

double clipFactor(double norm, double limit)
{
    return limit > 0 && norm > limit ? limit / norm : 1.0;
}

} // namespace espalier
