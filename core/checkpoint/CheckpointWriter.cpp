// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/SafetensorsFile.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <cstring>
#include <set>

namespace espalier {

namespace {

constexpr std::size_t kDataAlignment = 64; // data starts there, so that it can be used in place
constexpr std::size_t kLengthBytes = 8;

std::int64_t bytesOf(const TensorToWrite& tensor)
{
    std::int64_t bytes = static_cast<std::int64_t>(c10::elementSize(tensor.dtype));
    for (const std::int64_t size : tensor.shape) {
        bytes *= size;
    }
    return bytes;
}

/// Length, JSON and padding. Built by hand since the tensors keep their order.
std::string headerOf(std::span<const TensorToWrite> tensors,
                     const std::map<std::string, std::string>& metadata)
{
    std::string json = "{";
    if (!metadata.empty()) {
        json += "\"__metadata__\":" + compactText(Json(metadata));
    }
    std::int64_t begin = 0;
    for (const TensorToWrite& tensor : tensors) {
        const std::int64_t end = begin + bytesOf(tensor);
        const Json entry = {{"dtype", safetensorsNameOf(tensor.dtype)},
                            {"shape", tensor.shape},
                            {"data_offsets", {begin, end}}};
        json += json.size() > 1 ? "," : "";
        json += compactText(tensor.name) + ":" + compactText(entry);
        begin = end;
    }
    json += "}";
    const std::size_t used = (kLengthBytes + json.size()) % kDataAlignment;
    json.append(used == 0 ? 0 : kDataAlignment - used, ' ');
    const std::uint64_t length = json.size();
    std::string header(kLengthBytes, '\0');
    std::memcpy(header.data(), &length, kLengthBytes);
    return header + json;
}

Tensor produced(const TensorToWrite& tensor)
{
    Tensor value = tensor.produce().detach().to(at::kCPU, tensor.dtype).contiguous();
    if (value.sizes() != at::IntArrayRef(tensor.shape)) {
        throw Error(ErrorCode::Internal, "The tensor " + tensor.name + " was announced as " +
                                             shapeText(tensor.shape) + " and came as " +
                                             shapeText(value.sizes()) + ".");
    }
    return value;
}

void writeShard(const Path& file, std::span<const TensorToWrite> tensors,
                const std::map<std::string, std::string>& metadata)
{
    writeFileAtomically(file, [&](const ByteSink& sink) {
        const std::string header = headerOf(tensors, metadata);
        sink(header.data(), header.size());
        for (const TensorToWrite& tensor : tensors) {
            const Tensor value = produced(tensor).cpu();
            sink(value.data_ptr(), value.nbytes());
        }
    });
}

void refuseTwice(const std::vector<TensorToWrite>& tensors)
{
    std::set<std::string_view> names;
    for (const TensorToWrite& tensor : tensors) {
        if (!names.insert(tensor.name).second) {
            throw Error(ErrorCode::Internal,
                        "The tensor " + tensor.name + " is to be written twice.");
        }
    }
}

/// Where each shard ends: indices into `tensors`.
std::vector<std::size_t> cutIntoShards(const std::vector<TensorToWrite>& tensors,
                                       std::int64_t shardBytes)
{
    std::vector<std::size_t> ends;
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::int64_t more = bytesOf(tensors[i]);
        if (bytes > 0 && bytes + more > shardBytes) {
            ends.push_back(i);
            bytes = 0;
        }
        bytes += more;
    }
    ends.push_back(tensors.size());
    return ends;
}

std::string shardName(std::size_t number, std::size_t count)
{
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", number, count);
    return name;
}

} // namespace

void writeCheckpoint(const Path& folder, const std::vector<TensorToWrite>& tensors,
                     const WriteOptions& options)
{
    refuseTwice(tensors);
    makeFolder(folder);
    const std::vector<std::size_t> ends = cutIntoShards(tensors, options.shardBytes);
    const std::span<const TensorToWrite> all(tensors);
    const Path single = folder / "model.safetensors",
               index = folder / "model.safetensors.index.json";
    std::error_code ignored;
    if (ends.size() == 1) {
        writeShard(single, all, options.metadata);
        std::filesystem::remove(index, ignored); // of an earlier, sharded checkpoint
        return;
    }
    Json map = Json::object();
    std::int64_t total = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const std::string name = shardName(i + 1, ends.size());
        writeShard(folder / name, all.subspan(begin, ends[i] - begin), options.metadata);
        for (; begin < ends[i]; ++begin) {
            map[tensors[begin].name] = name;
            total += bytesOf(tensors[begin]);
        }
    }
    const Json content = {{"metadata", {{"total_size", total}}}, {"weight_map", map}};
    writeFileAtomically(index, content.dump(2) + "\n");
    std::filesystem::remove(
        single, ignored); // of an earlier, unsharded checkpoint: readers would prefer it
}

void writeSafetensors(const Path& file, const std::vector<std::pair<std::string, Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata)
{
    std::vector<TensorToWrite> list;
    for (const auto& [name, tensor] : tensors) {
        list.push_back({name, tensor.scalar_type(), tensor.sizes().vec(),
                        [&value = tensor] { return value; }});
    }
    refuseTwice(list);
    writeShard(file, list, metadata);
}

} // namespace espalier
