// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufTensors.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufConfig.h"
#include "core/checkpoint/TensorShape.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kPieceElements = 1 << 18; // unpacked at a time

at::ScalarType typeOf(const Packing& packing)
{
    return packing.type == BlockType::F16    ? at::kHalf
           : packing.type == BlockType::BF16 ? at::kBFloat16
                                             : at::kFloat;
}

/// In the file's own order of rows.
Tensor unpacked(const GgufFile& file, const GgufTensor& tensor)
{
    const at::ScalarType type = typeOf(tensor.packing);
    Tensor value = at::empty(tensor.shape, at::TensorOptions().dtype(type));
    const std::int64_t length = tensor.shape.back(), rows = tensor.elements() / length;
    if (type != at::kFloat || tensor.packing.type == BlockType::F32) {
        file.readRows(tensor, 0, rows, value.data_ptr());
        return value;
    }
    const std::int64_t rowBytes = length / tensor.packing.elements * tensor.packing.bytes;
    float* const target = value.data_ptr<float>();
    const std::int64_t piece = std::max<std::int64_t>(1, kPieceElements / length);
    at::parallel_for(0, rows, piece, [&](std::int64_t begin, std::int64_t end) {
        std::vector<char> packed(static_cast<std::size_t>(std::min(piece, end - begin) * rowBytes));
        for (std::int64_t row = begin; row < end; row += piece) {
            const std::int64_t count = std::min(piece, end - row);
            file.readRows(tensor, row, count, packed.data());
            dequantize(tensor.packing.type, packed.data(), count * length, target + row * length);
        }
    });
    return value;
}

Tensor rowsTurned(const Tensor& tensor, std::int64_t heads, std::int64_t first, std::int64_t second)
{
    const std::int64_t rows = tensor.size(0);
    if (heads <= 0 || rows % (2 * heads) != 0) {
        throw Error(ErrorCode::Corrupt, std::to_string(rows) + " rows are no pairs for each of " +
                                            std::to_string(heads) + " heads.");
    }
    return tensor
        .reshape({heads, first > 0 ? first : rows / heads / 2,
                  second > 0 ? second : rows / heads / 2, -1})
        .transpose(1, 2)
        .reshape(tensor.sizes())
        .contiguous();
}

} // namespace

Tensor toRotaryRows(const Tensor& tensor, std::int64_t heads)
{
    return rowsTurned(tensor, heads, 2, 0);
}

Tensor fromRotaryRows(const Tensor& tensor, std::int64_t heads)
{
    return rowsTurned(tensor, heads, 0, 2);
}

GgufTensors::GgufTensors(const Path& file)
    : m_path(file)
    , m_file(file)
{
    const GgufArchitecture& family = architectureOf(m_file);
    if (family.isRotary) {
        const Json config = configOf(m_file);
        m_heads = config.value("num_attention_heads", std::int64_t(0));
        m_keyHeads = config.value("num_key_value_heads", m_heads);
    }
    for (const GgufTensor& tensor : m_file.tensors()) {
        if (tensor.name.starts_with("rope_freqs.")) { // part of the config
            continue;
        }
        if (!tensor.packing.isReadable) {
            throw Error(ErrorCode::Unsupported,
                        m_file.where() + ": the tensor " + tensor.name + " is packed as " +
                            std::string(tensor.packing.name) +
                            ", which cannot be read here. Use a file of another type, for example "
                            "Q8_0, Q4_K or Q6_K.");
        }
        const GgufName name =
            modelNameOf(family, tensor.name).value_or(GgufName{.name = tensor.name});
        TensorInfo info{.name = name.name,
                        .dtype = typeOf(tensor.packing),
                        .shape = tensor.shape,
                        .begin = tensor.begin,
                        .end = tensor.end};
        if (name.layout == GgufLayout::Transposed) {
            std::ranges::reverse(info.shape);
        }
        m_places.emplace(info.name, std::pair(tensor.name, name.layout));
        m_tensors.push_back(std::move(info));
    }
    for (const auto& [key, value] : m_file.metadata()) {
        if (value.is_string()) {
            m_metadata.emplace(key, value.get<std::string>());
        }
    }
}

std::int64_t GgufTensors::headsOf(GgufLayout layout) const
{
    return layout == GgufLayout::QueryRows ? m_heads : m_keyHeads;
}

Tensor GgufTensors::read(const TensorInfo& info) const
{
    const auto& [name, layout] = m_places.at(info.name);
    const GgufTensor& tensor = *m_file.tensor(name);
    const Tensor value = unpacked(m_file, tensor);
    switch (layout) {
    case GgufLayout::QueryRows:
    case GgufLayout::KeyRows:
        return fromRotaryRows(value, headsOf(layout));
    case GgufLayout::Transposed:
        return value.t().contiguous();
    case GgufLayout::Same:
        break;
    }
    return value;
}

} // namespace espalier
