// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/model/Block.h"
#include "core/model/ModelConfig.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace espalier {

enum class Residency { Resident = 1, Streamed };

struct LoadOptions {
    NumberType dtype = NumberType::Float32;
    Residency residency =
        Residency::Resident; // streamed: a block's weights are in memory only while leased
    std::vector<std::int64_t> keepBlocks = {}; // empty: all; {0, 2, 4}: a model of these three
    at::Device device = at::kCPU;              // where weights are and products are made
};

/// Blocks between an embedding and a head, read from a model folder: what language models and
/// encoders have in common.
class ESPALIER_API Transformer {
public:
    /// Weights of one block are in memory while this lives; a resident model's always are.
    class ESPALIER_API Lease {
    public:
        Lease(Transformer& model, std::int64_t index);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        Block& operator*() const;
        Block* operator->() const;

    private:
        Transformer& m_model;
        std::int64_t m_index;
    };

    Transformer(ModelConfig config, std::shared_ptr<WeightSource> source,
                const LoadOptions& options);
    virtual ~Transformer();
    Transformer(const Transformer&) = delete;
    Transformer& operator=(const Transformer&) = delete;

    const ModelConfig& config() const { return m_config; }

    std::int64_t blocks() const { return static_cast<std::int64_t>(m_blocks.size()); }

    Lease lease(std::int64_t index) { return Lease(*this, index); }

    /// Reads block `index` ahead on a thread of its own while another computes; streamed models
    /// only.
    void prefetch(std::int64_t index);

    /// Block `index` is read from this safetensors file from now on (written by saveBlock).
    void overlayBlock(std::int64_t index, const Path& file);
    /// Writes a leased block as a safetensors file: temporary, fsync, rename.
    void saveBlock(std::int64_t index, const Path& file);

    /// Tensors outside the blocks, by file name; a head that is tied is left out.
    virtual std::vector<NamedTensor> outerTensors() const = 0;

    /// Every tensor that training may change. Resident models only.
    std::vector<Tensor> parameters();
    /// The same, in the same order, with the names they have in the file.
    std::vector<NamedTensor> namedParameters();
    /// Of the blocks.
    std::vector<Linear*> linears();
    /// config.json to write beside the weights: the file's own keys with the number of blocks
    /// corrected.
    Json configJson() const;
    at::ScalarType dtype() const;
    /// How the file stores this tensor, and an export will: as config.json says.
    virtual at::ScalarType storedType(const std::string& name) const;

    at::Device device() const { return m_options.device; }

protected:
    /// Reads all blocks of a resident model; a family's create() is done by then.
    void loadResident();
    /// Type and device of the weights.
    at::TensorOptions weightOptions() const;
    /// A tensor outside the blocks.
    Tensor readOuter(const std::string& name) const;

    std::vector<std::unique_ptr<Block>> m_blocks;
    ModelConfig m_config;
    std::shared_ptr<WeightSource> m_source;
    LoadOptions m_options; // keepBlocks filled in: where each block is in the source

private:
    friend class Lease;
    struct Prefetch;
    std::unique_ptr<Prefetch> m_prefetch;
    std::vector<int> m_leases;
};

/// A model of whatever kind the folder holds. Throws NotFound, Corrupt, Unsupported or InvalidInput
/// in words.
ESPALIER_API std::unique_ptr<Transformer> openModel(const Path& folder, const LoadOptions& options);

} // namespace espalier
