// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/model/Linear.h"
#include "core/model/ModelConfig.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

class WeightSource;

/// Keys and values of the positions so far, one pair a block: [batch x kvHeads x positions x
/// headDim].
struct KvCache {
    std::vector<Tensor> keys, values;
    std::int64_t positions = 0;
};

using NamedTensor = std::pair<std::string, Tensor>;

/// One decoder layer.
class ESPALIER_API Block {
public:
    virtual ~Block();
    /// hidden [batch x length x hiddenSize] -> the same shape. With a cache the positions go on
    /// from cache->positions and this block's keys and values are appended at `index`.
    /// Differentiable while gradients are enabled.
    virtual Tensor forward(const Tensor& hidden, KvCache* cache, std::int64_t index) = 0;
    /// Every linear, in the order of the forward pass.
    virtual std::vector<Linear*> linears() = 0;
    /// Linears that see the same input stand in one group: {q, k, v}, {o}, {gate, up}, {down}.
    virtual std::vector<std::vector<Linear*>> inputGroups() = 0;
    /// All its tensors under the names of the file it was read from, block number as given.
    virtual std::vector<NamedTensor> tensors(std::int64_t index) const = 0;
    virtual bool isLoaded() const = 0;
    virtual void load(const WeightSource& source, std::int64_t indexInSource,
                      const at::TensorOptions& options) = 0;
    virtual void release() = 0;
};

enum class Residency { Resident = 1, Streamed };

struct LoadOptions {
    NumberType dtype = NumberType::Float32;
    Residency residency =
        Residency::Resident; // streamed: a block's weights are in memory only while leased
    std::vector<std::int64_t> keepBlocks = {}; // empty: all; {0, 2, 4}: a model of these three
    at::Device device = at::kCPU;              // where weights are and products are made
};

/// A decoder-only language model read from a Hugging Face folder.
class ESPALIER_API CausalLM {
public:
    /// Weights of one block are in memory while this lives; a resident model's always are.
    class ESPALIER_API Lease {
    public:
        Lease(CausalLM& model, std::int64_t index);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        Block& operator*() const;
        Block* operator->() const;

    private:
        CausalLM& m_model;
        std::int64_t m_index;
    };

    /// Throws NotFound, Corrupt, Unsupported or InvalidInput in words; shapes are checked against
    /// config.json.
    static std::unique_ptr<CausalLM> open(const Path& folder, const LoadOptions& options = {});

    CausalLM(ModelConfig config, std::shared_ptr<WeightSource> source, const LoadOptions& options);
    virtual ~CausalLM();
    CausalLM(const CausalLM&) = delete;
    CausalLM& operator=(const CausalLM&) = delete;

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

    /// tokens [batch x length] int64, on any device -> [batch x length x hiddenSize], fp32 residual
    /// stream, on the model's device.
    virtual Tensor embed(const Tensor& tokens) const = 0;
    /// Final norm: what the head sees.
    virtual Tensor finalNorm(const Tensor& hidden) const = 0;
    /// [vocabSize x hiddenSize]; the embedding itself when tied.
    virtual const Tensor& headWeight() const = 0;
    /// Logits in fp32 of normed hidden states [rows x hiddenSize] -> [rows x vocabSize].
    Tensor head(const Tensor& normed) const;
    /// Tensors outside the blocks, by file name; the head is left out when tied.
    virtual std::vector<NamedTensor> outerTensors() const = 0;

    /// Hidden states before the final norm.
    Tensor hiddenStates(const Tensor& tokens, KvCache* cache = nullptr);
    /// embed, blocks, finalNorm, head: [batch x length x vocabSize]. For small inputs; losses go by
    /// chunks.
    Tensor logits(const Tensor& tokens, KvCache* cache = nullptr);

    /// Every tensor that training may change. Resident models only.
    std::vector<Tensor> parameters();
    std::vector<Linear*> linears();
    /// config.json to write beside the weights: the file's own keys with the number of blocks
    /// corrected.
    Json configJson() const;
    at::ScalarType dtype() const;

    at::Device device() const { return m_options.device; }

protected:
    /// Type and device of the weights.
    at::TensorOptions weightOptions() const;

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

/// A model family: one file in core/model/families that registers itself.
struct Family {
    std::string modelType = {};    // config.json "model_type"
    std::string architecture = {}; // config.json "architectures"[0]
    ModelConfig (*readConfig)(const Json& config, const Path& source) = nullptr;
    std::unique_ptr<CausalLM> (*create)(ModelConfig config, std::shared_ptr<WeightSource> source,
                                        const LoadOptions& options) = nullptr;
};

class ESPALIER_API FamilyRegistration {
public:
    explicit FamilyRegistration(Family family);
};

/// Throws Unsupported with the known ones.
ESPALIER_API const Family& familyFor(const Json& config, const Path& source);

} // namespace espalier
