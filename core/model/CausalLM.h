// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/Transformer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace espalier {

/// A decoder-only language model read from a Hugging Face folder.
class ESPALIER_API CausalLM : public Transformer {
public:
    /// Throws NotFound, Corrupt, Unsupported or InvalidInput in words; shapes are checked against
    /// config.json.
    static std::unique_ptr<CausalLM> open(const Path& folder, const LoadOptions& options = {});

    using Transformer::Transformer;

    /// tokens [batch x length] int64, on any device -> [batch x length x hiddenSize], fp32 residual
    /// stream, on the model's device. `positions` [batch or 1 x length] int64 for families that
    /// embed them; undefined: 0, 1, ...
    virtual Tensor embed(const Tensor& tokens, const Tensor& positions) const = 0;

    Tensor embed(const Tensor& tokens) const { return embed(tokens, {}); }

    /// Final norm (and what stands between it and the head): what the head sees.
    virtual Tensor finalNorm(const Tensor& hidden) const = 0;
    /// [vocabSize x width of finalNorm()]; the embedding itself when tied.
    virtual const Tensor& headWeight() const = 0;
    /// Logits in fp32 of normed hidden states [rows x hiddenSize] -> [rows x vocabSize].
    Tensor head(const Tensor& normed) const;

    /// Hidden states before the final norm.
    Tensor hiddenStates(const Tensor& tokens, KvCache* cache = nullptr);
    /// embed, blocks, finalNorm, head: [batch x length x vocabSize]. For small inputs; losses go by
    /// chunks.
    Tensor logits(const Tensor& tokens, KvCache* cache = nullptr);

private:
    void placeSequences(BlockCall& call, std::int64_t length) const;
};

class Encoder;
class VisionEncoder;
struct NewHead;

/// A model family: one file in core/model/families that registers itself, once for every
/// architecture it can open.
struct Family {
    std::string modelType = {};    // config.json "model_type"
    std::string architecture = {}; // config.json "architectures"[0]
    ModelConfig (*readConfig)(const Json& config, const Path& source) = nullptr;
    /// Null: not a causal language model.
    std::unique_ptr<CausalLM> (*create)(ModelConfig config, std::shared_ptr<WeightSource> source,
                                        const LoadOptions& options) = nullptr;
    /// Null: not an encoder.
    std::unique_ptr<Encoder> (*createEncoder)(ModelConfig config,
                                              std::shared_ptr<WeightSource> source,
                                              const LoadOptions& options,
                                              const NewHead& head) = nullptr;
    /// Null: no encoder of images.
    std::unique_ptr<VisionEncoder> (*createVision)(ModelConfig config,
                                                   std::shared_ptr<WeightSource> source,
                                                   const LoadOptions& options) = nullptr;
    /// Of an encoder: what config.json calls it with a classification head.
    std::string classifier = {};

    ModelKind kind() const
    {
        return create != nullptr          ? ModelKind::CausalLM
               : createEncoder != nullptr ? ModelKind::Encoder
                                          : ModelKind::VisionEncoder;
    }

    /// Numbers in all tensors, tied ones counted once.
    std::int64_t (*countParameters)(const ModelConfig& config) = nullptr;
};

class ESPALIER_API FamilyRegistration {
public:
    explicit FamilyRegistration(Family family);
};

/// By "architectures"[0], else by "model_type"; null: not a known one. Throws Corrupt for what is
/// no object and Unsupported where neither key is there.
const Family* findFamily(const Json& config, const Path& source);

/// By the typed members alone. Throws Internal for a family that is not known.
const Family& familyOf(const ModelConfig& config);

/// By the file; throws Unsupported with the known ones.
ESPALIER_API const Family& familyFor(const Json& config, const Path& source);

} // namespace espalier
