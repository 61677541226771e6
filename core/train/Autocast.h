// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

namespace espalier {

enum class Compute { AsStored = 1, BFloat16 }; // the products of a forward pass

/// While this lives, products of fp32 weights are computed from bf16 copies made for the occasion;
/// sums, norms and softmax stay fp32. The weights themselves are untouched. Calling thread only;
/// leaves the mode it found.
class ESPALIER_API AutocastScope {
public:
    AutocastScope(Compute compute, at::Device device);
    ~AutocastScope();
    AutocastScope(const AutocastScope&) = delete;
    AutocastScope& operator=(const AutocastScope&) = delete;

private:
    bool m_entered;
    at::DeviceType m_device;
    bool m_wasEnabled = false;
    at::ScalarType m_wasType = at::kFloat;
};

} // namespace espalier
