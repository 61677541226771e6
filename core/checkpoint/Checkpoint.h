// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

using at::Tensor;

/// A tensor as a file's header declares it.
struct TensorInfo {
    std::string name = {};
    at::ScalarType dtype = at::kFloat;
    std::vector<std::int64_t> shape = {};
    std::int64_t begin = 0, end = 0; // bytes in the file
    std::size_t shard = 0;

    std::int64_t elements() const;
};

/// One or many safetensors shards, memory-mapped private (copy on write): editing a weight never
/// reaches the file. Or one GGUF file, whose tensors have their Hugging Face names and are unpacked
/// when they are read.
class ESPALIER_API Checkpoint {
public:
    /// A folder with model.safetensors or model.safetensors.index.json. Checks every header before
    /// it returns: header length against file size and the 100 MB cap, known dtype, shape product
    /// times element size equal to the byte range (with overflow checks), ranges contiguous, no
    /// duplicate names, every indexed shard and name present. Folders that only hold pickle files
    /// are refused with what to do. A GGUF file, or a folder that holds nothing else, is opened
    /// as GgufTensors says. Tensors of a base model ("embed_tokens.weight") get the prefix that
    /// the whole model has ("model.embed_tokens.weight").
    static Checkpoint open(const Path& folder);
    static Checkpoint openFile(const Path& file);
    ~Checkpoint();
    Checkpoint(Checkpoint&&) noexcept;
    Checkpoint& operator=(Checkpoint&&) noexcept;

    std::span<const TensorInfo> tensors() const;
    const TensorInfo* find(std::string_view name) const;
    /// View into the mapping if 64-byte aligned, else an aligned copy. Throws NotFound.
    Tensor load(std::string_view name) const;
    /// A fresh, aligned copy read with pread, so that no page of the mapping stays resident.
    Tensor read(std::string_view name) const;
    const std::map<std::string, std::string>& metadata() const; // "__metadata__" of the first shard
    const std::vector<Path>& files() const;

private:
    struct Shards;
    Checkpoint();
    std::unique_ptr<Shards> m_shards;
};

/// Where a model's weights come from: finished blocks' own files first, then the checkpoint.
class ESPALIER_API WeightSource {
public:
    explicit WeightSource(Checkpoint base);
    ~WeightSource();

    /// Names in `file` take precedence from now on. Thread-safe against read().
    void overlay(const Path& file);
    bool has(std::string_view name) const;
    /// Shape without reading; throws NotFound, naming the files looked into.
    std::vector<std::int64_t> shapeOf(std::string_view name) const;
    /// A private, 64-byte aligned copy in the stored dtype.
    Tensor read(std::string_view name) const;
    const Checkpoint& base() const;

private:
    struct Layers;
    std::unique_ptr<Layers> m_layers;
};

/// Tensors to write, produced one at a time so that a model never has to be in memory twice.
struct TensorToWrite {
    std::string name = {};
    at::ScalarType dtype = at::kFloat;
    std::vector<std::int64_t> shape = {};
    std::function<Tensor()> produce = {};
};

struct WriteOptions {
    std::int64_t shardBytes =
        5'000'000'000; // a new shard starts beyond this; with one shard there is no index
    std::map<std::string, std::string> metadata = {{"format", "pt"}};
};

/// Writes folder/model.safetensors, or shards with their index, each by temporary, fsync and
/// rename. The header is padded so that data starts at a multiple of 64. Tensors keep the given
/// order.
ESPALIER_API void writeCheckpoint(const Path& folder, const std::vector<TensorToWrite>& tensors,
                                  const WriteOptions& options = {});

/// One file, for finished blocks and training checkpoints.
ESPALIER_API void writeSafetensors(const Path& file,
                                   const std::vector<std::pair<std::string, Tensor>>& tensors,
                                   const std::map<std::string, std::string>& metadata = {});

} // namespace espalier
