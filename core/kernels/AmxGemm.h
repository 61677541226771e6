// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/PackedGemm.h"

namespace espalier {

/// packedProduct() with rows rounded to bf16, on the matrix unit: hasAmx(), and a bf16 weight. The
/// number of rows and of threads changes no bit.
void amxProduct(TeamMember& member, const KernelSet& kernels, const ProductRows& rows,
                const PackedWeight& weight, const ProductResult& result);

} // namespace espalier
