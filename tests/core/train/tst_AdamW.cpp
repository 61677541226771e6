// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/AdamW.h"
#include "tests/support/Matrix.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;
using test::matrix;

namespace {

/// Algorithm 2 of Loshchilov and Hutter, one double at a time.
struct SlowAdamW {
    AdamWOptions options;
    double decay = 0;
    std::vector<double> weight, m, v;
    int t = 0;

    void step(const std::vector<double>& gradient, double rate)
    {
        ++t;
        m.resize(weight.size());
        v.resize(weight.size());
        for (std::size_t i = 0; i < weight.size(); ++i) {
            m[i] = options.beta1 * m[i] + (1 - options.beta1) * gradient[i];
            v[i] = options.beta2 * v[i] + (1 - options.beta2) * gradient[i] * gradient[i];
            const double mHat = m[i] / (1 - std::pow(options.beta1, t));
            const double vHat = v[i] / (1 - std::pow(options.beta2, t));
            weight[i] -= rate * (mHat / (std::sqrt(vHat) + options.epsilon) + decay * weight[i]);
        }
    }
};

std::vector<double> doubles(const Tensor& tensor)
{
    const Tensor flat = tensor.detach().to(at::kDouble).reshape({-1}).contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

Tensor parameterOf(at::IntArrayRef shape, at::ScalarType dtype = at::kFloat)
{
    return at::randn(shape).to(dtype).requires_grad_(true);
}

} // namespace

TEST(agreesWithASlowReference)
{
    at::manual_seed(7);
    const AdamWOptions options{.beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weightDecay = 0.1};
    // A matrix of more than a tile with a ragged end, and a norm.
    Tensor matrix = parameterOf({301, 233});
    Tensor norm = parameterOf({233});
    SlowAdamW slowMatrix{options, 0.1, doubles(matrix), {}, {}};
    SlowAdamW slowNorm{options, 0.0, doubles(norm), {}, {}};
    AdamW optimiser({matrix, norm}, options);
    for (int step = 0; step < 20; ++step) {
        const double rate = 1e-2 / (1 + step);
        matrix.mutable_grad() = at::randn_like(matrix.detach());
        norm.mutable_grad() = at::randn_like(norm.detach()) * 1e-3;
        slowMatrix.step(doubles(matrix.grad()), rate);
        slowNorm.step(doubles(norm.grad()), rate);
        optimiser.step(rate);
    }
    COMPARE(optimiser.steps(), 20);
    const std::vector<double> fast = doubles(matrix);
    for (std::size_t i = 0; i < fast.size(); ++i) {
        COMPARE_CLOSE(fast[i], slowMatrix.weight[i], 2e-6);
    }
    const std::vector<double> fastNorm = doubles(norm);
    for (std::size_t i = 0; i < fastNorm.size(); ++i) {
        COMPARE_CLOSE(fastNorm[i], slowNorm.weight[i], 2e-6);
    }
}

TEST(firstStepByHand)
{
    // Bias correction makes the first step lr * sign(g): 1 - 0.1 = 0.9; the decayed one 1 (1 - 0.1
    // * 0.5) - 0.1 = 0.85.
    Tensor plain = at::ones({1, 2}).requires_grad_(true);
    plain.mutable_grad() = matrix({{4.0f, -0.5f}});
    AdamW({plain}, {}).step(0.1);
    COMPARE_CLOSE(plain[0][0].item<double>(), 0.9, 1e-6);
    COMPARE_CLOSE(plain[0][1].item<double>(), 1.1, 1e-6);
    Tensor decayed = at::ones({1, 1}).requires_grad_(true);
    decayed.mutable_grad() = at::ones({1, 1});
    AdamW({decayed}, {.weightDecay = 0.5}).step(0.1);
    COMPARE_CLOSE(decayed.item<double>(), 0.85, 1e-6);
}

TEST(gradientScaleIsAsScaledGradients)
{
    at::manual_seed(2);
    Tensor a = parameterOf({4, 5});
    Tensor b = a.detach().clone().requires_grad_(true);
    a.mutable_grad() = at::randn({4, 5});
    b.mutable_grad() = a.grad() * 0.25;
    AdamW({a}, {}).step(1e-2, 0.25);
    AdamW({b}, {}).step(1e-2);
    VERIFY(at::equal(a, b));
}

TEST(smallUpdatesAddUpInBf16)
{
    // 1e-4 is far below the spacing of bf16 near 1 (2^-8): without a master nothing would ever
    // move.
    Tensor weight = at::ones({2, 2}, at::kBFloat16).requires_grad_(true);
    AdamW optimiser({weight}, {});
    for (int step = 0; step < 200; ++step) {
        weight.mutable_grad() = at::ones({2, 2}, at::kBFloat16);
        optimiser.step(1e-4);
    }
    COMPARE_CLOSE(weight[0][0].item<double>(), 0.98, 0.004);
    COMPARE(optimiser.states().size(), std::size_t{3});
}

TEST(statesCarryOn)
{
    at::manual_seed(4);
    const Tensor start = at::randn({300, 200});
    std::vector<Tensor> gradients;
    for (int step = 0; step < 6; ++step) {
        gradients.push_back(at::randn({300, 200}));
    }
    Tensor whole = start.clone().requires_grad_(true);
    AdamW uninterrupted({whole}, {.weightDecay = 0.1});
    Tensor first = start.clone().requires_grad_(true);
    AdamW before({first}, {.weightDecay = 0.1});
    for (int step = 0; step < 6; ++step) {
        whole.mutable_grad() = gradients[static_cast<std::size_t>(step)];
        uninterrupted.step(1e-3);
        if (step < 3) {
            first.mutable_grad() = gradients[static_cast<std::size_t>(step)];
            before.step(1e-3);
        }
    }
    Tensor second = first.detach().clone().requires_grad_(true);
    AdamW after({second}, {.weightDecay = 0.1});
    for (std::size_t i = 0; i < after.states().size(); ++i) {
        after.states()[i].second.copy_(before.states()[i].second);
    }
    after.restore(before.steps());
    for (std::size_t step = 3; step < 6; ++step) {
        second.mutable_grad() = gradients[step];
        after.step(1e-3);
    }
    VERIFY(at::equal(second, whole));
}

TEST(clippingKeepsTheNorm)
{
    Tensor a = at::zeros({2}).requires_grad_(true);
    Tensor b = at::zeros({1, 1}).requires_grad_(true);
    Tensor withoutGradient = at::zeros({3}).requires_grad_(true);
    a.mutable_grad() = at::tensor({3.0f, 0.0f});
    b.mutable_grad() = matrix({{-4.0f}});
    COMPARE_CLOSE(gradientNorm({a, b, withoutGradient}), 5, 1e-12);
    COMPARE_CLOSE(clipFactor(5, 1), 0.2, 1e-15);
    COMPARE(clipFactor(0.5, 1), 1.0);
    COMPARE(clipFactor(5, 0), 1.0);
}

TEST(stridedParametersAreRefused)
{
    const Tensor strided = at::zeros({4, 4}).t().narrow(0, 0, 2);
    VERIFY_FAILS(AdamW({strided}, {}), ErrorCode::Internal, "strided");
}
