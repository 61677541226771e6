// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/Checkpoint.h"

#include <map>
#include <string>
#include <vector>

namespace espalier {

/// A file with named tensors, as Checkpoint puts one or more of them together.
class TensorSource {
public:
    virtual ~TensorSource() = default;
    virtual const Path& path() const = 0;
    virtual const std::vector<TensorInfo>& tensors() const = 0;
    virtual const std::map<std::string, std::string>& metadata() const = 0;
    /// May be a view into the file that keeps it open, and is 64-byte aligned.
    virtual Tensor load(const TensorInfo& info) const = 0;
    /// A fresh, 64-byte aligned tensor. Thread-safe.
    virtual Tensor read(const TensorInfo& info) const = 0;
};

} // namespace espalier
