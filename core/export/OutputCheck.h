// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/model/Transformer.h"

#include <ATen/core/Tensor.h>

namespace espalier {

NumberType numberTypeOf(at::ScalarType dtype);

/// What a model computes for a fixed input, with every weight rounded to its stored type, which is
/// put back afterwards (with `isRounded` false the weights are those already): logits of a causal
/// language model; of an encoder what its head gives, or else its last hidden states. Undefined for
/// a model that nothing can be computed with.
Tensor outputAsStored(Transformer& model, bool isRounded);

/// Opens the written folder as a user would and compares its output with `expected`, bit by bit.
/// What the certificate says about it. Throws Corrupt where they differ.
Json checkOutput(const Transformer& model, const Path& folder, const Tensor& expected);

} // namespace espalier
