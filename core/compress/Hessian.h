// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

//   X  inputs of a linear [rows x C]           G  sum of x x^T over all rows [C x C]
//   H  2 / N G, N = calibration sequences      U  upper triangular, U^T U = (H + lambda I)^-1

namespace espalier {

using at::Tensor;

/// In what the sums and the factor are computed. Mixed: fp64 for up to 1024 inputs, where it costs
/// little.
enum class HessianPrecision { Float32 = 1, Mixed, Float64 };

inline std::vector<std::pair<HessianPrecision, std::string_view>> enumNames(HessianPrecision)
{
    return {{HessianPrecision::Float32, "fp32"},
            {HessianPrecision::Mixed, "mixed"},
            {HessianPrecision::Float64, "fp64"}};
}

/// What error compensation needs of one group of linears with the same inputs.
struct InverseFactor {
    Tensor U = {};
    Tensor dead = {};    // bool [C]: inputs that were zero in every row; H is 1 on their diagonal
    double lambda = 0.0; // added to the diagonal
};

/// U of one Hessian. Where H + lambda I is not positive definite, lambda grows tenfold up to four
/// times, then fp64 is tried; each attempt is told to `warn`. Throws Numeric with `name`, the
/// linear, when nothing helps.
ESPALIER_API InverseFactor inverseFactor(const Tensor& H, double damping, std::string_view name,
                                         const std::function<void(const std::string&)>& warn);

/// U with U^T U = H^-1; nothing when H is not positive definite. Flips H in both axes, takes its
/// lower Cholesky factor and flips back: H = V V^T with V upper, U = V^-1; H^-1 itself is never
/// formed.
ESPALIER_API std::optional<Tensor> upperFactorOfInverse(const Tensor& H);

/// Sum over the rows d of D of d G d^T: with G the squared norm of D X^T.
ESPALIER_API double energy(const Tensor& D, const Tensor& G);

/// Gathers G over forward passes: raw sums, in fp32 at least, upper triangle only by panels of
/// columns.
class ESPALIER_API Hessian {
public:
    explicit Hessian(HessianPrecision precision = HessianPrecision::Float32)
        : m_precision(precision)
    {
    }

    void add(const Tensor& X);
    /// G, both triangles.
    const Tensor& gram() const;
    /// The factor of 2 / sequences G, computed at the first call and shared by every linear of the
    /// group.
    const InverseFactor& inverse(std::int64_t sequences, double damping, std::string_view name,
                                 const std::function<void(const std::string&)>& warn) const;

private:
    HessianPrecision m_precision;
    mutable Tensor m_sum;
    mutable bool m_mirrored = false;
    mutable std::optional<InverseFactor> m_inverse;
};

} // namespace espalier
