// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/model/Linear.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

using namespace espalier;

namespace {

Linear example()
{
    return Linear("blocks.0.q", at::tensor({1.0F, -2.0F, 3.0F, -4.0F, 0.5F, -6.0F}).view({2, 3}));
}

Tensor keepFirstColumn()
{
    Tensor M = at::zeros({2, 3}, at::kBool);
    M.select(1, 0).fill_(true);
    return M;
}

} // namespace

TEST(maskedWeightsArePositiveZero)
{
    Linear linear = example();
    linear.weight()[0][2] =
        std::numeric_limits<float>::quiet_NaN(); // a product with the mask would keep it
    linear.setMask(keepFirstColumn());
    const Tensor W = linear.weight();
    VERIFY(at::equal(W, at::tensor({1.0F, 0.0F, 0.0F, -4.0F, 0.0F, 0.0F}).view({2, 3})));
    VERIFY(!std::signbit(W[0][1].item<float>()) && !std::signbit(W[1][2].item<float>()));
    COMPARE_CLOSE(linear.sparsity(), 4.0 / 6.0, 1e-12);
}

TEST(theMaskSurvivesAnOptimiserStep)
{
    Linear linear = example();
    linear.setMask(keepFirstColumn());
    linear.weight().requires_grad_();
    linear.weight().detach().add_(1.0);
    linear.enforceMask();
    VERIFY(at::equal(linear.weight().detach().ne(0), keepFirstColumn()));
    COMPARE(linear.weight()[0][0].item<float>(), 2.0F);
    linear.release();
    VERIFY(!linear.isLoaded() && !linear.mask().defined());
}

TEST(zerosShowAMaskMadeElsewhere)
{
    Linear linear("q", at::tensor({0.0F, 1.0F}).view({1, 2}));
    linear.maskFromZeros();
    VERIFY(at::equal(linear.mask(), at::tensor({0, 1}).to(at::kBool).view({1, 2})));
}

TEST(anObserverSeesRowsOfInputs)
{
    Linear linear = example();
    std::vector<std::int64_t> seen;
    linear.observe([&](const Tensor& X) { seen = X.sizes().vec(); });
    const Tensor Y = linear.forward(at::ones({2, 5, 3}));
    VERIFY(seen == (std::vector<std::int64_t>{10, 3}));
    COMPARE(Y[1][4][0].item<float>(), 2.0F);
    COMPARE(Y[1][4][1].item<float>(), -9.5F);
    linear.observe({});
    seen.clear();
    linear.forward(at::ones({1, 3}));
    VERIFY(seen.empty());
}

TEST(wrongShapesAreRefused)
{
    Linear linear = example();
    VERIFY_FAILS(linear.setMask(at::ones({3, 2}, at::kBool)), ErrorCode::Internal, "shape [3, 2]");
    VERIFY_FAILS(linear.setMask(at::ones({2, 3})), ErrorCode::Internal, "masks are bool");
    VERIFY_FAILS(linear.setWeight(at::ones({3, 2})), ErrorCode::Internal, "the old one [2, 3]");
}
