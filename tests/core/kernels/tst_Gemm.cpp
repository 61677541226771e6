// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Gemm.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

using namespace espalier;

namespace {

double distance(const Tensor& Y, const Tensor& expected)
{
    return (Y.to(at::kDouble) - expected).abs().max().item<double>();
}

struct Example {
    Tensor X = at::sin(at::arange(2 * 5 * 7)).view({2, 5, 7}).to(at::kFloat);
    Tensor W = at::cos(at::arange(3 * 7)).view({3, 7}).to(at::kFloat);
    Tensor b = at::tensor({0.5F, -1.0F, 2.0F});
    Tensor expected = at::matmul(X.to(at::kDouble), W.to(at::kDouble).t());
};

} // namespace

TEST(bothPathsGiveTheProduct)
{
    const at::NoGradGuard guard;
    const Example e;
    for (const GemmPath path : {GemmPath::LibTorch, GemmPath::OneDnn}) {
        COMPARE_CLOSE(distance(linearProduct(e.X, e.W, {}, path), e.expected), 0.0, 1e-5);
        const Tensor withBias = e.expected + e.b.to(at::kDouble);
        COMPARE_CLOSE(distance(linearProduct(e.X, e.W, e.b, path), withBias), 0.0, 1e-5);
    }
}

TEST(productsWithTheTransposedWeightNeedNoCopy)
{
    // As the gradient of a head's inputs: G W with W [vocabulary x width], a view as W^T.
    const at::NoGradGuard guard;
    const Tensor G = at::sin(at::arange(5 * 600)).view({5, 600}).to(at::kFloat);
    const Tensor W = at::cos(at::arange(600 * 16)).view({600, 16}).to(at::kFloat);
    const Tensor expected = at::mm(G.to(at::kDouble), W.to(at::kDouble));
    VERIFY(at::equal(linearProduct(G, W.t(), {}, GemmPath::LibTorch), at::mm(G, W)));
    COMPARE_CLOSE(distance(linearProduct(G, W.t(), {}, GemmPath::OneDnn), expected), 0.0, 1e-4);
}

TEST(gradientsFlowWhicheverPathIsAskedFor)
{
    Example e;
    e.W.requires_grad_();
    linearProduct(e.X, e.W, {}, GemmPath::OneDnn).sum().backward();
    COMPARE_CLOSE(distance(e.W.grad()[1], e.X.to(at::kDouble).sum({0, 1})), 0.0, 1e-5);
}

TEST(halfWeightsGiveFloatResults)
{
    const at::NoGradGuard guard;
    const Example e;
    const Tensor W = e.W.to(at::kBFloat16);
    const Tensor Y = linearProductFloat(e.X, W);
    VERIFY(Y.scalar_type() == at::kFloat);
    // Only W was rounded: far nearer than the 2^-9 that rounding Y would cost.
    const Tensor expected = at::matmul(e.X.to(at::kDouble), W.to(at::kDouble).t());
    COMPARE_CLOSE(distance(Y, expected), 0.0, 1e-5);
}

TEST(tilesOfALargeVocabularyFitTogether)
{
    const at::NoGradGuard guard;
    const Tensor X = at::sin(at::arange(12)).view({3, 4}).to(at::kFloat);
    const Tensor W = at::cos(at::arange(9000 * 4)).view({9000, 4}).to(at::kBFloat16);
    const Tensor expected = at::matmul(X.to(at::kDouble), W.to(at::kDouble).t());
    const Tensor Y = linearProductFloat(X, W);
    VERIFY(Y.sizes() == expected.sizes());
    COMPARE_CLOSE(distance(Y, expected), 0.0, 1e-5);
}
