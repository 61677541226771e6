// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/Checkpoint.h"
#include "core/export/StoredTensors.h"
#include "core/model/Transformer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// The tensors of a model as its checkpoint stores them, block by block with one block leased at a
/// time, so that a streamed model stays streamed.
class ModelTensors {
public:
    /// Goes through all tensors once to learn shapes and hashes. Throws Numeric for a weight that
    /// is not a number or does not fit the stored type. `progress` is told each block.
    ModelTensors(Transformer& model, const std::function<void()>& progress);

    std::vector<TensorToWrite> toWrite();

    const StoredTensors& expected() const { return m_expected; }

    /// Some weight changed when it was rounded to the stored type.
    bool isRounded() const { return m_rounded; }

    std::int64_t bytes() const { return m_bytes; }

private:
    static constexpr std::int64_t kOuter = -1; // outside the blocks

    void add(const NamedTensor& tensor, std::int64_t block, std::size_t place);
    /// The tensors of a block, which stays leased until another is asked for.
    const std::vector<NamedTensor>& tensorsOf(std::int64_t block);

    struct Entry {
        std::string name = {};
        std::vector<std::int64_t> shape = {};
        std::int64_t block = kOuter;
        std::size_t place = 0;
    };

    Transformer& m_model;
    std::optional<Transformer::Lease> m_lease;
    std::vector<NamedTensor> m_tensors;
    std::int64_t m_current = kOuter - 1;
    std::vector<Entry> m_entries;
    StoredTensors m_expected;
    bool m_rounded = false;
    std::int64_t m_bytes = 0;
};

} // namespace espalier
