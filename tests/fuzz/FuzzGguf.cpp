// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/FuzzGguf.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufConfig.h"
#include "core/checkpoint/GgufFile.h"
#include "core/tokenizer/GgufTokenizer.h"

#include <algorithm>
#include <vector>

using namespace espalier;

namespace {

constexpr std::int64_t kMostElements = 1 << 16; // unpacked of each tensor

void unpackSome(const GgufFile& file, const GgufTensor& tensor)
{
    const std::int64_t length = tensor.shape.back();
    if (!tensor.packing.isReadable || length > kMostElements) {
        return;
    }
    const std::int64_t rows = std::min(tensor.elements() / length, kMostElements / length);
    std::vector<char> packed(
        static_cast<std::size_t>(rows * length / tensor.packing.elements * tensor.packing.bytes));
    std::vector<float> values(static_cast<std::size_t>(rows * length));
    file.readRows(tensor, 0, rows, packed.data());
    dequantize(tensor.packing.type, packed.data(), rows * length, values.data());
}

} // namespace

int fuzzGguf(const std::uint8_t* data, std::size_t size)
{
    try {
        const GgufFile file({reinterpret_cast<const char*>(data), size}, "fuzz.gguf");
        for (const GgufTensor& tensor : file.tensors()) {
            unpackSome(file, tensor);
        }
        try {
            configOf(file);
        } catch (const Error&) { // a file may be a tokenizer alone
        }
        if (hasGgufTokenizer(file)) {
            ggufTokenizer(file);
            ggufTokenizerConfig(file);
        }
    } catch (const Error&) { // refused in words: what is wanted
    }
    return 0;
}
