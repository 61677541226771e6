// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace espalier::test {

using at::Tensor;

/// One linear of 8 outputs and 16 inputs with 64 tokens (4 sequences of 16), all fp64, made by a
/// small generator so that any language can repeat it. Input 3 is eight times as strong as its
/// neighbours.
struct FixtureF1 {
    static constexpr std::int64_t kSequences = 4;

    Tensor W = {}; // [8 x 16]
    Tensor X = {}; // [64 x 16]
    Tensor G = {}; // sum x x^T
    Tensor H = {}; // 2 / 4 G
};

FixtureF1 fixtureF1();

/// One word a row, bit j set when column j is kept: "3e33 b81a ...".
std::string maskWords(const Tensor& M);

/// Sum of d G d^T over the rows of W - What, over the same of W.
double relativeError(const Tensor& W, const Tensor& What, const Tensor& G);

/// The weights that lose least with this mask: least squares for each row.
Tensor bestWeights(const Tensor& W, const Tensor& M, const Tensor& G);

/// As a table prints it: printed(0.09782338, 7) is "0.0978234".
std::string printed(double value, int decimals);

std::int64_t zeros(const Tensor& W);

/// -0.0 equals 0.0 everywhere but here.
bool hasNegativeZero(const Tensor& W);

} // namespace espalier::test
