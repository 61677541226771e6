// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufReader.h"

#include "core/base/Error.h"
#include "core/checkpoint/TensorShape.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <set>
#include <tuple>

namespace espalier {

namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint32_t kOldestVersion = 2, kNewestVersion = 3;
constexpr std::uint64_t kMostNameBytes = 64;
constexpr std::uint32_t kMostDimensions = 4;

class HeaderReader {
public:
    HeaderReader(std::string_view bytes, const std::string& where)
        : m_cursor(bytes, where)
    {
    }

    GgufHeader read()
    {
        GgufHeader header;
        readStart(header.version);
        const auto tensors = m_cursor.number<std::uint64_t>("the number of tensors");
        const auto entries = m_cursor.number<std::uint64_t>("the number of metadata entries");
        // A tensor takes 32 bytes at the least, an entry 13.
        checkCount(tensors, 32, "tensors");
        checkCount(entries, 13, "metadata entries");
        header.metadata = readGgufMetadata(m_cursor, entries);
        const std::uint64_t alignment = alignmentOf(header.metadata);
        std::set<std::string, std::less<>> names;
        for (std::uint64_t i = 0; i < tensors; ++i) {
            header.tensors.push_back(readTensor());
            if (!names.insert(header.tensors.back().name).second) {
                m_cursor.fail("the table names the tensor " + header.tensors.back().name +
                              " twice.");
            }
        }
        place(header.tensors, alignment);
        return header;
    }

private:
    void readStart(std::uint32_t& version)
    {
        if (m_cursor.size() < kMagic.size() ||
            m_cursor.take(kMagic.size(), "the start") != kMagic) {
            m_cursor.fail("the file does not begin with \"GGUF\"; this is not a GGUF file.");
        }
        version = m_cursor.number<std::uint32_t>("the version");
        if (version == 1) {
            m_cursor.refuse(
                "this is version 1 of GGUF, which nobody has written since 2023. Convert the "
                "original model again with a current converter.");
        }
        if ((version & 0xFFFFU) == 0 && version != 0) {
            m_cursor.refuse(
                "the numbers are big-endian. Convert the file for little-endian machines first "
                "(gguf-convert-endian of the Python package gguf does it).");
        }
        if (version < kOldestVersion || version > kNewestVersion) {
            m_cursor.refuse("this is version " + std::to_string(version) +
                            " of GGUF; versions 2 and 3 can be read.");
        }
    }

    void checkCount(std::uint64_t count, std::uint64_t bytesEach, const char* what) const
    {
        if (count > m_cursor.left() / bytesEach) {
            m_cursor.fail("the file claims " + std::to_string(count) + " " + what + ", its " +
                          std::to_string(m_cursor.size()) + " bytes have no room for them.");
        }
    }

    std::uint64_t alignmentOf(const GgufMetadata& metadata) const
    {
        constexpr std::uint64_t kUsual = 32;
        const auto found = metadata.find("general.alignment");
        if (found == metadata.end()) {
            return kUsual;
        }
        const bool isWhole = found->second.is_number_unsigned();
        const std::uint64_t alignment = isWhole ? found->second.get<std::uint64_t>() : 0;
        if (!isWhole || alignment == 0 || (alignment & (alignment - 1)) != 0 ||
            alignment > std::numeric_limits<std::uint32_t>::max()) {
            m_cursor.fail("general.alignment is " + compactText(found->second) +
                          ", not a power of two.");
        }
        return alignment;
    }

    GgufTensor readTensor()
    {
        GgufTensor tensor{.name = m_cursor.text("the name of a tensor", kMostNameBytes)};
        const auto dimensions = m_cursor.number<std::uint32_t>("the dimensions of " + tensor.name);
        if (dimensions == 0 || dimensions > kMostDimensions) {
            m_cursor.fail("the tensor " + tensor.name + " has " + std::to_string(dimensions) +
                          " dimensions; there are 1 to " + std::to_string(kMostDimensions) + ".");
        }
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            const auto size = m_cursor.number<std::uint64_t>("the shape of " + tensor.name);
            if (size == 0 || size > std::numeric_limits<std::int64_t>::max()) {
                m_cursor.fail("the tensor " + tensor.name + " has a dimension of " +
                              std::to_string(size) + ".");
            }
            tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(size));
        }
        const auto type = m_cursor.number<std::uint32_t>("the type of " + tensor.name);
        const auto packing = packingOf(type);
        if (!packing) {
            m_cursor.refuse("the tensor " + tensor.name + " has the type " + std::to_string(type) +
                            ", which is not known here. The file was written by a newer program.");
        }
        tensor.packing = *packing;
        const auto offset = m_cursor.number<std::uint64_t>("the place of " + tensor.name);
        tensor.end = byteSize(tensor); // moved to its place once the table has been read
        if (offset > m_cursor.size()) {
            failOutside(tensor, offset);
        }
        tensor.begin = static_cast<std::int64_t>(offset);
        return tensor;
    }

    std::int64_t byteSize(const GgufTensor& tensor) const
    {
        std::uint64_t elements = 1, bytes = 0;
        bool overflows = false;
        for (const std::int64_t size : tensor.shape) {
            overflows = overflows || __builtin_mul_overflow(
                                         elements, static_cast<std::uint64_t>(size), &elements);
        }
        const auto each = static_cast<std::uint64_t>(tensor.packing.elements);
        if (!overflows && static_cast<std::uint64_t>(tensor.shape.back()) % each != 0) {
            m_cursor.fail("the rows of " + tensor.name + " have " +
                          std::to_string(tensor.shape.back()) + " numbers, which " +
                          std::string(tensor.packing.name) + " packs by " + std::to_string(each) +
                          ".");
        }
        overflows =
            overflows ||
            __builtin_mul_overflow(elements / each,
                                   static_cast<std::uint64_t>(tensor.packing.bytes), &bytes) ||
            bytes > std::numeric_limits<std::int64_t>::max();
        if (overflows) {
            m_cursor.fail("the shape of " + tensor.name + ", " + shapeText(tensor.shape) +
                          ", overflows a 64-bit size.");
        }
        return static_cast<std::int64_t>(bytes);
    }

    [[noreturn]] void failOutside(const GgufTensor& tensor, std::uint64_t offset) const
    {
        m_cursor.fail("the tensor " + tensor.name + " of " + std::to_string(tensor.end) +
                      " bytes begins at byte " + std::to_string(offset) +
                      " of the data and goes beyond the file's " + std::to_string(m_cursor.size()) +
                      " bytes: it was cut off.");
    }

    /// From offsets in the data to bytes in the file.
    void place(std::vector<GgufTensor>& tensors, std::uint64_t alignment) const
    {
        const std::uint64_t dataBegin =
            (m_cursor.position() + alignment - 1) / alignment * alignment;
        for (GgufTensor& tensor : tensors) {
            const auto offset = static_cast<std::uint64_t>(tensor.begin);
            const auto bytes = static_cast<std::uint64_t>(tensor.end);
            if (offset % alignment != 0) {
                m_cursor.fail("the tensor " + tensor.name + " begins at byte " +
                              std::to_string(offset) + " of the data, not at a multiple of " +
                              std::to_string(alignment) + ".");
            }
            if (dataBegin + offset > m_cursor.size() ||
                bytes > m_cursor.size() - dataBegin - offset) {
                failOutside(tensor, offset);
            }
            tensor.begin = static_cast<std::int64_t>(dataBegin + offset);
            tensor.end += tensor.begin;
        }
        std::ranges::sort(tensors, [](const GgufTensor& a, const GgufTensor& b) {
            return std::tie(a.begin, a.name) < std::tie(b.begin, b.name);
        });
        for (std::size_t i = 1; i < tensors.size(); ++i) {
            if (tensors[i].begin < tensors[i - 1].end) {
                m_cursor.fail("the bytes of " + tensors[i].name + " overlap those of " +
                              tensors[i - 1].name + ".");
            }
        }
    }

    GgufCursor m_cursor;
};

} // namespace

GgufHeader readGgufHeader(std::string_view bytes, const std::string& where)
{
    return HeaderReader(bytes, where).read();
}

} // namespace espalier
