// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/StoredTensors.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Sha256.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

namespace espalier {

namespace {

constexpr std::uint64_t kMostHeaderBytes = 100'000'000;

[[noreturn]] void failCorrupt(const Path& file, const std::string& what)
{
    throw Error(ErrorCode::Corrupt,
                "The export that was just written cannot be read back: " + file.string() + " " +
                    what + ". Export again; if it happens again, check the disk.");
}

void readExactly(std::ifstream& input, char* data, std::size_t bytes, const Path& file)
{
    input.read(data, static_cast<std::streamsize>(bytes));
    if (static_cast<std::size_t>(input.gcount()) != bytes) {
        failCorrupt(file, "ends " + std::to_string(bytes) + " bytes or less too early");
    }
}

std::string hashOfRange(std::ifstream& input, std::int64_t bytes, const Path& file)
{
    Sha256 hash;
    std::string piece(1 << 20, '\0');
    for (std::int64_t left = bytes; left > 0;) {
        const auto count =
            static_cast<std::size_t>(std::min(left, static_cast<std::int64_t>(piece.size())));
        readExactly(input, piece.data(), count, file);
        hash.add(piece.data(), count);
        left -= static_cast<std::int64_t>(count);
    }
    return hash.hex();
}

void readShard(const Path& file, StoredTensors& tensors,
               const std::function<void(std::int64_t bytes)>& progress)
{
    std::ifstream input(file, std::ios::binary);
    std::array<unsigned char, 8> lengthBytes{};
    readExactly(input, reinterpret_cast<char*>(lengthBytes.data()), lengthBytes.size(), file);
    std::uint64_t length = 0; // little-endian
    for (std::size_t i = lengthBytes.size(); i-- > 0;) {
        length = length << 8U | lengthBytes[i];
    }
    if (length > kMostHeaderBytes) {
        failCorrupt(file, "announces a header of " + std::to_string(length) + " bytes");
    }
    std::string text(length, '\0');
    readExactly(input, text.data(), text.size(), file);
    const Json header = parseJson(text, file.string());
    const auto data = static_cast<std::int64_t>(lengthBytes.size() + length);
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            continue;
        }
        const auto begin = entry.at("data_offsets").at(0).get<std::int64_t>();
        const auto end = entry.at("data_offsets").at(1).get<std::int64_t>();
        input.seekg(data + begin);
        StoredTensor tensor{.dtype = entry.at("dtype").get<std::string>(),
                            .shape = entry.at("shape").get<std::vector<std::int64_t>>(),
                            .sha256 = hashOfRange(input, end - begin, file),
                            .bytes = end - begin};
        if (!tensors.emplace(name, std::move(tensor)).second) {
            failCorrupt(file, "holds " + name + ", which another shard holds too");
        }
        progress(end - begin);
    }
}

std::set<std::string> shardNames(const Path& folder)
{
    const Path single = folder / "model.safetensors";
    if (std::filesystem::exists(single)) {
        return {single.filename().string()};
    }
    const Path index = folder / "model.safetensors.index.json";
    const Json map = parseJson(readFile(index), index.string()).at("weight_map");
    std::set<std::string> names;
    for (const auto& [tensor, shard] : map.items()) {
        names.insert(shard.get<std::string>());
    }
    return names;
}

std::string describe(const StoredTensor& tensor)
{
    std::string shape;
    for (const std::int64_t size : tensor.shape) {
        shape += (shape.empty() ? "" : ", ") + std::to_string(size);
    }
    return tensor.dtype + " [" + shape + "], SHA-256 " + tensor.sha256;
}

} // namespace

StoredTensors readStoredTensors(const Path& folder,
                                const std::function<void(std::int64_t bytes)>& progress)
{
    StoredTensors tensors;
    for (const std::string& shard : shardNames(folder)) {
        try {
            readShard(folder / shard, tensors, progress);
        } catch (const Json::exception& error) {
            failCorrupt(folder / shard, std::string("has a wrong header (") + error.what() + ")");
        }
    }
    return tensors;
}

void compareStoredTensors(const StoredTensors& written, const StoredTensors& expected,
                          const Path& folder)
{
    for (const auto& [name, tensor] : expected) {
        const auto found = written.find(name);
        if (found == written.end()) {
            failCorrupt(folder, "lacks the tensor " + name);
        }
        if (found->second != tensor) {
            failCorrupt(folder, "holds the tensor " + name + " as " + describe(found->second) +
                                    " where the model has " + describe(tensor));
        }
    }
    for (const auto& [name, tensor] : written) {
        if (expected.count(name) == 0) {
            failCorrupt(folder, "holds the tensor " + name + ", which the model does not have");
        }
    }
}

} // namespace espalier
