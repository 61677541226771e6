// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufWriter.h"

#include "core/base/Error.h"
#include "core/checkpoint/TensorShape.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr std::uint64_t kAlignment = 32; // what readers take when the file does not say
constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kNumber = 4, kSigned = 5, kReal = 6, kFlag = 7, kText = 8, kList = 9;
constexpr std::int64_t kPieceElements = 1 << 18; // packed by a thread at a time

template <class Number>
void append(std::string& bytes, Number value)
{
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void appendText(std::string& bytes, std::string_view text)
{
    append<std::uint64_t>(bytes, text.size());
    bytes += text;
}

std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::string tableOf(const std::vector<GgufTensorToWrite>& tensors)
{
    std::string bytes;
    std::uint64_t offset = 0;
    for (const GgufTensorToWrite& tensor : tensors) {
        appendText(bytes, tensor.name);
        append(bytes, static_cast<std::uint32_t>(tensor.shape.size()));
        for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size) {
            append(bytes, static_cast<std::uint64_t>(*size));
        }
        append(bytes, static_cast<std::uint32_t>(tensor.type));
        append(bytes, offset);
        offset += aligned(static_cast<std::uint64_t>(packedBytes(tensor)));
    }
    return bytes;
}

double largestOf(const Tensor& tensor)
{
    const auto [least, most] = at::aminmax(tensor); // a NaN takes over
    return std::max(std::abs(least.item<double>()), std::abs(most.item<double>()));
}

void checkNumbers(const GgufTensorToWrite& tensor, const Tensor& value)
{
    // The largest number whose scale, or which itself, half precision can hold.
    constexpr double kHalf = 65504;
    const double most = tensor.type == BlockType::F16    ? kHalf
                        : tensor.type == BlockType::Q8_0 ? kHalf * 127
                        : tensor.type == BlockType::Q4_0 ? kHalf * 8
                        : tensor.type == BlockType::Q4_1 ? kHalf
                                                         : HUGE_VAL;
    const double largest = value.numel() == 0 ? 0 : largestOf(value);
    if (!std::isfinite(largest) || largest > most) {
        throw Error(ErrorCode::Numeric,
                    "The tensor " + tensor.name + " has a weight of magnitude " +
                        std::to_string(largest) + ", which the type " +
                        std::string(packingOf(tensor.type).name) +
                        " cannot hold. Look at the run's loss for where it broke, or choose F32.");
    }
}

} // namespace

void GgufMetadataWriter::start(std::string_view key, std::uint32_t type)
{
    appendText(m_bytes, key);
    append(m_bytes, type);
    ++m_count;
}

void GgufMetadataWriter::startList(std::string_view key, std::uint32_t type, std::size_t count)
{
    start(key, kList);
    append(m_bytes, type);
    append<std::uint64_t>(m_bytes, count);
}

void GgufMetadataWriter::addText(std::string_view key, std::string_view value)
{
    start(key, kText);
    appendText(m_bytes, value);
}

void GgufMetadataWriter::addNumber(std::string_view key, std::uint32_t value)
{
    start(key, kNumber);
    append(m_bytes, value);
}

void GgufMetadataWriter::addReal(std::string_view key, double value)
{
    start(key, kReal);
    append(m_bytes, static_cast<float>(value));
}

void GgufMetadataWriter::addFlag(std::string_view key, bool value)
{
    start(key, kFlag);
    append<std::uint8_t>(m_bytes, value ? 1 : 0);
}

void GgufMetadataWriter::addTexts(std::string_view key, const std::vector<std::string>& values)
{
    startList(key, kText, values.size());
    for (const std::string& value : values) {
        appendText(m_bytes, value);
    }
}

void GgufMetadataWriter::addNumbers(std::string_view key, const std::vector<std::int32_t>& values)
{
    startList(key, kSigned, values.size());
    for (const std::int32_t value : values) {
        append(m_bytes, value);
    }
}

void GgufMetadataWriter::addReals(std::string_view key, const std::vector<float>& values)
{
    startList(key, kReal, values.size());
    for (const float value : values) {
        append(m_bytes, value);
    }
}

void GgufMetadataWriter::addJson(std::string_view key, const Json& value)
{
    const auto all = [&](const auto& is) { return std::ranges::all_of(value, is); };
    if (value.is_string()) {
        addText(key, value.get_ref<const std::string&>());
    } else if (value.is_boolean()) {
        addFlag(key, value.get<bool>());
    } else if (value.is_number_unsigned()) {
        addNumber(key, value.get<std::uint32_t>());
    } else if (value.is_number()) {
        addReal(key, value.get<double>());
    } else if (value.is_array() && all([](const Json& v) { return v.is_string(); })) {
        addTexts(key, value.get<std::vector<std::string>>());
    } else if (value.is_array() && all([](const Json& v) { return v.is_number_integer(); })) {
        addNumbers(key, value.get<std::vector<std::int32_t>>());
    } else if (value.is_array() && all([](const Json& v) { return v.is_number(); })) {
        addReals(key, value.get<std::vector<float>>());
    } else {
        throw Error(ErrorCode::Unsupported, "The metadata " + std::string(key) +
                                                " is a list of several kinds of values, which "
                                                "cannot be written.");
    }
}

std::int64_t packedBytes(const GgufTensorToWrite& tensor)
{
    const Packing& packing = packingOf(tensor.type);
    std::int64_t elements = 1;
    for (const std::int64_t size : tensor.shape) {
        elements *= size;
    }
    return elements / packing.elements * packing.bytes;
}

std::string packed(const Tensor& tensor, BlockType type)
{
    const Packing& packing = packingOf(type);
    const std::int64_t blocks = tensor.numel() / packing.elements;
    std::string bytes(static_cast<std::size_t>(blocks * packing.bytes), '\0');
    const float* values = tensor.const_data_ptr<float>();
    const std::int64_t piece = std::max<std::int64_t>(1, kPieceElements / packing.elements);
    at::parallel_for(0, blocks, piece, [&](std::int64_t begin, std::int64_t end) {
        quantize(type, values + begin * packing.elements, (end - begin) * packing.elements,
                 bytes.data() + begin * packing.bytes);
    });
    return bytes;
}

Tensor asPacked(const Tensor& tensor, BlockType type)
{
    const std::string bytes = packed(tensor, type);
    Tensor values = at::empty_like(tensor);
    dequantize(type, bytes.data(), tensor.numel(), values.data_ptr<float>());
    return values;
}

void writeGguf(const Path& file, const GgufMetadataWriter& metadata,
               const std::vector<GgufTensorToWrite>& tensors,
               const std::function<void(const GgufTensorToWrite&, std::string_view)>& seen)
{
    std::string header = "GGUF";
    append(header, kVersion);
    append<std::uint64_t>(header, tensors.size());
    append(header, metadata.count());
    header += metadata.bytes() + tableOf(tensors);
    header.resize(aligned(header.size()), '\0');
    writeFileAtomically(file, [&](const ByteSink& sink) {
        sink(header.data(), header.size());
        for (const GgufTensorToWrite& tensor : tensors) {
            const Tensor value = tensor.produce();
            if (value.sizes() != at::IntArrayRef(tensor.shape)) {
                throw Error(ErrorCode::Internal, tensor.name +
                                                     " has another shape than announced, " +
                                                     shapeText(tensor.shape) + ".");
            }
            checkNumbers(tensor, value);
            std::string bytes = packed(value, tensor.type);
            seen(tensor, bytes);
            bytes.resize(aligned(bytes.size()), '\0');
            sink(bytes.data(), bytes.size());
        }
    });
}

} // namespace espalier
