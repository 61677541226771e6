// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufNames.h"
#include "core/checkpoint/TensorSource.h"

namespace espalier {

/// Rows of q or k as llama.cpp keeps them, from the order of transformers: of every head the first
/// and the second half interleaved, so that the two numbers that are rotated together are
/// neighbours. `fromRotaryRows` is the way back. Any type, weights [rows x inputs] or biases
/// [rows].
ESPALIER_API Tensor toRotaryRows(const Tensor& tensor, std::int64_t heads);
ESPALIER_API Tensor fromRotaryRows(const Tensor& tensor, std::int64_t heads);

/// The tensors of a GGUF file under their Hugging Face names, unpacked when they are read: F16 and
/// BF16 stay what they are, all else is fp32. Names without a place in the family keep their own.
class GgufTensors : public TensorSource {
public:
    explicit GgufTensors(const Path& file);

    const Path& path() const override { return m_path; }

    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }

    const std::map<std::string, std::string>& metadata() const override { return m_metadata; }

    Tensor load(const TensorInfo& info) const override { return read(info); }

    Tensor read(const TensorInfo& info) const override;

private:
    std::int64_t headsOf(GgufLayout layout) const;

    Path m_path;
    GgufFile m_file;
    std::vector<TensorInfo> m_tensors;
    std::map<std::string, std::string> m_metadata = {}; // texts of the file
    std::map<std::string, std::pair<std::string, GgufLayout>, std::less<>> m_places = {};
    std::int64_t m_heads = 0, m_keyHeads = 0;
};

} // namespace espalier
