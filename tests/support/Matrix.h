// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

#include <initializer_list>

namespace espalier::test {

/// A matrix written down row by row; rows are of equal length.
inline at::Tensor matrix(std::initializer_list<std::initializer_list<double>> rows,
                         at::ScalarType type = at::kFloat)
{
    std::vector<at::Tensor> stack;
    for (const auto& row : rows) {
        stack.push_back(at::tensor(row, at::kDouble));
    }
    return at::stack(stack).to(type);
}

} // namespace espalier::test
