// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FixtureF1.h"

#include <ATen/ATen.h>

#include <cstdio>

namespace espalier::test {

namespace {

class Uniform {
public:
    double next()
    {
        m_state = 1664525U * m_state + 1013904223U;
        return 2.0 * m_state / 4294967296.0 - 1.0;
    }

private:
    std::uint32_t m_state = 12345;
};

} // namespace

FixtureF1 fixtureF1()
{
    Uniform uniform;
    FixtureF1 f;
    f.W = at::empty({8, 16}, at::kDouble);
    for (int i = 0; i < 8 * 16; ++i) {
        f.W.data_ptr<double>()[i] = uniform.next();
    }
    f.X = at::empty({64, 16}, at::kDouble);
    for (int t = 0; t < 64; ++t) {
        double* x = f.X.data_ptr<double>() + std::ptrdiff_t{t} * 16;
        x[0] = uniform.next();
        for (int j = 1; j < 16; ++j) {
            x[j] = 0.9 * x[j - 1] + 0.3 * uniform.next();
        }
        x[3] *= 8;
    }
    f.G = at::mm(f.X.t(), f.X);
    f.H = f.G * (2.0 / FixtureF1::kSequences);
    return f;
}

std::string maskWords(const Tensor& M)
{
    std::string words;
    for (std::int64_t row = 0; row < M.size(0); ++row) {
        unsigned word = 0;
        for (std::int64_t j = 0; j < M.size(1); ++j) {
            word |= M[row][j].item<bool>() ? 1U << j : 0U;
        }
        if (row > 0) {
            words += ' ';
        }
        for (const int shift : {12, 8, 4, 0}) {
            words += "0123456789abcdef"[word >> shift & 0xfU];
        }
    }
    return words;
}

double relativeError(const Tensor& W, const Tensor& What, const Tensor& G)
{
    const Tensor D = W - What;
    return (at::mm(D, G) * D).sum().item<double>() / (at::mm(W, G) * W).sum().item<double>();
}

Tensor bestWeights(const Tensor& W, const Tensor& M, const Tensor& G)
{
    Tensor best = at::zeros_like(W);
    for (std::int64_t row = 0; row < W.size(0); ++row) {
        const Tensor kept = M[row].nonzero().squeeze(1);
        const Tensor all =
            at::mv(G, W[row]); // G w: its kept part is what the kept weights must give
        const Tensor inner = G.index_select(0, kept).index_select(1, kept);
        const Tensor solved = at::linalg_solve(inner, all.index_select(0, kept));
        best[row].index_copy_(0, kept, solved);
    }
    return best;
}

std::string printed(double value, int decimals)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::int64_t zeros(const Tensor& W)
{
    return W.numel() - W.count_nonzero().item<std::int64_t>();
}

bool hasNegativeZero(const Tensor& W)
{
    return (W.eq(0) & W.signbit()).any().item<bool>();
}

} // namespace espalier::test
