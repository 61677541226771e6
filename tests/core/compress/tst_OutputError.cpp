// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/OutputError.h"
#include "tests/support/FixtureF1.h"
#include "tests/support/Matrix.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <cmath>

using namespace espalier;
using namespace espalier::test;

TEST(sampleTakesEveryKthRow)
{
    InputSample sample(1500); // every third row
    const Tensor all = at::arange(1500, at::kFloat).reshape({-1, 1});
    for (const auto& [begin, end] : {std::pair{0, 1}, std::pair{1, 500}, std::pair{500, 1500}}) {
        sample.add(all.slice(0, begin, end));
    }
    VERIFY(at::equal(sample.rows(), all.slice(0, 0, 1500, 3)));
    COMPARE(InputSample(10).rows().defined(), false);
    InputSample few(512);
    few.add(all.slice(0, 0, 512));
    COMPARE(few.rows().size(0), 512);
}

TEST(sampledAndExactErrorsAgreeWhenAllRowsAreKept)
{
    const FixtureF1 f = fixtureF1();
    Tensor What = f.W.clone();
    What.slice(1, 4, 9).zero_();
    const OutputError exact = outputError(f.W, What, f.G, {});
    const OutputError sampled = outputError(f.W, What, {}, f.X);
    COMPARE_CLOSE(*exact.output, *sampled.output, 1e-13);
    COMPARE_CLOSE(*exact.output, relativeError(f.W, What, f.G), 1e-13);
    COMPARE_CLOSE(exact.weight,
                  (f.W.slice(1, 4, 9).square().sum() / f.W.square().sum()).item<double>(), 1e-15);
}

TEST(withoutInputsOnlyTheWeightsErrorIsKnown)
{
    const Tensor W = matrix({{3.0F, 4.0F}});
    const OutputError error = outputError(W, matrix({{0.0F, 4.0F}}), {}, {});
    COMPARE(error.output.has_value(), false);
    COMPARE_CLOSE(error.weight, 9.0 / 25, 1e-7);
    COMPARE(outputError(W.zero_(), W, {}, {}).weight, 0.0);
}
