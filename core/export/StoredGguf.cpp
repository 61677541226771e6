// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/StoredGguf.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>
#include <vector>

namespace espalier {

namespace {

struct Type {
    std::uint32_t number;
    const char* name;
    std::int64_t values, bytes; // of a block
};

constexpr std::array<Type, 6> kTypes{{{0, "F32", 1, 4},
                                      {1, "F16", 1, 2},
                                      {2, "Q4_0", 32, 18},
                                      {3, "Q4_1", 32, 20},
                                      {8, "Q8_0", 32, 34},
                                      {30, "BF16", 1, 2}}};

/// Reads numbers byte by byte from the stream and never looks at a whole file in memory.
class Stream {
public:
    explicit Stream(const Path& file)
        : m_file(file)
        , m_input(file, std::ios::binary)
        , m_size(std::filesystem::file_size(file))
    {
    }

    [[noreturn]] void fail(const std::string& what) const
    {
        throw Error(ErrorCode::Corrupt,
                    "The export that was just written cannot be read back: " + m_file.string() +
                        " " + what + ". Export again; if it happens again, check the disk.");
    }

    std::uint64_t number(int bytes)
    {
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i) {
            const int next = m_input.get();
            if (next < 0) {
                fail("ends in the middle of a number");
            }
            value |= static_cast<std::uint64_t>(next) << (8 * i);
        }
        return value;
    }

    std::string text()
    {
        const std::uint64_t length = number(8);
        if (length > m_size) {
            fail("announces a text of " + std::to_string(length) + " bytes");
        }
        std::string text(length, '\0');
        m_input.read(text.data(), static_cast<std::streamsize>(length));
        return text;
    }

    void skipValue(std::uint64_t type)
    {
        constexpr std::array<int, 13> kBytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
        if (type >= kBytes.size()) {
            fail("has metadata of the type " + std::to_string(type));
        }
        if (type == 8) {
            text();
        } else if (type == 9) {
            const std::uint64_t inner = number(4), count = number(8);
            for (std::uint64_t i = 0; i < count; ++i) {
                skipValue(inner);
            }
        } else {
            number(kBytes[type]);
        }
    }

    std::int64_t position() { return static_cast<std::int64_t>(m_input.tellg()); }

    std::string hashOf(std::int64_t begin, std::int64_t bytes)
    {
        m_input.seekg(begin);
        Sha256 hash;
        std::string piece(1 << 20, '\0');
        while (bytes > 0) {
            const auto wanted = std::min<std::int64_t>(bytes, 1 << 20);
            m_input.read(piece.data(), wanted);
            if (m_input.gcount() != wanted) {
                fail("ends " + std::to_string(bytes) + " bytes or less too early");
            }
            hash.add(piece.data(), static_cast<std::size_t>(wanted));
            bytes -= wanted;
        }
        return hash.hex();
    }

private:
    Path m_file;
    std::ifstream m_input;
    std::uint64_t m_size;
};

struct Entry {
    std::string name = {};
    StoredTensor tensor = {};
    std::int64_t offset = 0;
};

Entry readEntry(Stream& stream)
{
    Entry entry{.name = stream.text()};
    std::int64_t values = 1;
    for (std::uint64_t dimensions = stream.number(4); dimensions > 0; --dimensions) {
        const auto size = static_cast<std::int64_t>(stream.number(8));
        entry.tensor.shape.insert(entry.tensor.shape.begin(), size);
        values *= size;
    }
    const std::uint64_t type = stream.number(4);
    const auto* const known = std::ranges::find(kTypes, type, &Type::number);
    if (known == kTypes.end()) {
        stream.fail("holds " + entry.name + " as type " + std::to_string(type));
    }
    entry.tensor.dtype = known->name;
    entry.tensor.bytes = values / known->values * known->bytes;
    entry.offset = static_cast<std::int64_t>(stream.number(8));
    return entry;
}

} // namespace

StoredTensors readStoredGguf(const Path& file,
                             const std::function<void(std::int64_t bytes)>& progress)
{
    Stream stream(file);
    if (stream.number(4) != 0x46554747 || stream.number(4) != 3) { // "GGUF"
        stream.fail("does not begin as a GGUF file of version 3");
    }
    const std::uint64_t tensors = stream.number(8);
    for (std::uint64_t entries = stream.number(8); entries > 0; --entries) {
        stream.text();
        stream.skipValue(stream.number(4));
    }
    std::vector<Entry> table;
    for (std::uint64_t i = 0; i < tensors; ++i) {
        table.push_back(readEntry(stream));
    }
    const std::int64_t data = (stream.position() + 31) / 32 * 32;
    StoredTensors stored;
    for (Entry& entry : table) {
        entry.tensor.sha256 = stream.hashOf(data + entry.offset, entry.tensor.bytes);
        progress(entry.tensor.bytes);
        if (!stored.emplace(entry.name, std::move(entry.tensor)).second) {
            stream.fail("holds " + entry.name + " twice");
        }
    }
    return stored;
}

} // namespace espalier
