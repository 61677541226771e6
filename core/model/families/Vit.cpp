// SPDX-License-Identifier: GPL-3.0-or-later
// ViT and the vision tower of CLIP.
// Dosovitskiy et al.: An Image is Worth 16x16 Words, 2021. Radford et al.: Learning Transferable
// Visual Models From Natural Language Supervision, 2021.
// Read from top to bottom it follows the reference implementations. The two differ in the names of
// their tensors, in CLIP's norm behind the embedding, its activation and what is made of the end.
//
//   pixels  [batch x channels x height x width]
//   x       hidden states [batch x 1 + patches x hiddenSize], fp32, the class token first

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/kernels/Gemm.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/Parts.h"
#include "core/model/VisionEncoder.h"
#include "core/model/families/CommonConfig.h"
#include "core/model/families/EncoderConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

#include <cmath>

namespace espalier {

namespace {

/// What the two call their tensors; the base stands before all but heads.
struct Names {
    const char *base, *classToken, *patches, *positions, *blocks, *norm1, *query, *key, *value,
        *output, *norm2, *up, *down, *finalNorm, *head;
};

constexpr Names kVit{"vit.",
                     "embeddings.cls_token",
                     "embeddings.patch_embeddings.projection.",
                     "embeddings.position_embeddings",
                     "encoder.layer.",
                     "layernorm_before",
                     "attention.attention.query",
                     "attention.attention.key",
                     "attention.attention.value",
                     "attention.output.dense",
                     "layernorm_after",
                     "intermediate.dense",
                     "output.dense",
                     "layernorm",
                     "classifier"};
constexpr Names kClip{"vision_model.",
                      "embeddings.class_embedding",
                      "embeddings.patch_embedding.",
                      "embeddings.position_embedding.weight",
                      "encoder.layers.",
                      "layer_norm1",
                      "self_attn.q_proj",
                      "self_attn.k_proj",
                      "self_attn.v_proj",
                      "self_attn.out_proj",
                      "layer_norm2",
                      "mlp.fc1",
                      "mlp.fc2",
                      "post_layernorm",
                      "visual_projection"};

bool isClip(const ModelConfig& c)
{
    return c.family == "clip_vision_model";
}

const Names& namesOf(const ModelConfig& c)
{
    return isClip(c) ? kClip : kVit;
}

ModelConfig readConfig(const Json& json, const Path& source)
{
    if (json.contains("vision_config")) { // a whole CLIP: its vision tower is taken
        Json tower = json.at("vision_config");
        tower["architectures"] = Json::array({"CLIPVisionModelWithProjection"});
        tower["model_type"] = "clip_vision_model";
        tower["projection_dim"] = json.value("projection_dim", Json(512));
        return readConfig(tower, source);
    }
    const ConfigReader reader(json, source);
    refuseQuantised(reader, source);
    const Family& family = familyFor(json, source);
    ModelConfig c{.family = family.modelType, .architecture = family.architecture};
    c.layers = reader.integer("num_hidden_layers", kBlockBounds, 12);
    c.hiddenSize = reader.integer("hidden_size", kSizeBounds, 768);
    c.heads = reader.integer("num_attention_heads", kSizeBounds, 12);
    splitEvenly(reader, c, "hidden_size", "num_attention_heads");
    c.intermediateSize = reader.integer("intermediate_size", kSizeBounds, 3072);
    c.normEpsilon = reader.real("layer_norm_eps", {0, 1}, isClip(c) ? 1e-5 : 1e-12);
    c.activation = readActivation(reader, "hidden_act", isClip(c) ? "quick_gelu" : "gelu");
    c.imageSize = reader.integer("image_size", kSizeBounds, 224);
    c.patchSize = reader.integer("patch_size", kSizeBounds, isClip(c) ? 32 : 16);
    c.channels = reader.integer("num_channels", {1, 1024}, 3);
    if (c.imageSize % c.patchSize != 0) {
        reader.refuse("image_size", "a multiple of patch_size, " + std::to_string(c.patchSize));
    }
    c.attentionBias = isClip(c) || reader.flag("qkv_bias", true);
    c.outputBias = c.mlpBias = true;
    if (!isClip(c)) {
        c.embeddingSize = reader.integer("pooler_output_size", kSizeBounds, c.hiddenSize);
        if (reader.text("pooler_act", "tanh") != "tanh") {
            reader.refuse("pooler_act", "tanh");
        }
    }
    if (c.architecture.ends_with("WithProjection")) {
        c.labels = reader.integer("projection_dim", kSizeBounds, 512);
    } else if (c.architecture.ends_with("ForImageClassification")) {
        c.labels = labelsOf(reader, json);
    }
    readTokensAndType(reader, json, c);
    return c;
}

class VitBlock : public PartsBlock {
public:
    VitBlock(const ModelConfig& c, const std::string& base, std::int64_t index)
        : PartsBlock(base + namesOf(c).blocks, index)
        , m_config(c)
        , m_norm1(addNorm(namesOf(c).norm1, c.hiddenSize, HasBias::Yes))
        , m_query(addLinear(namesOf(c).query, c.hiddenSize, c.hiddenSize, biasIf(c.attentionBias)))
        , m_key(addLinear(namesOf(c).key, c.hiddenSize, c.hiddenSize, biasIf(c.attentionBias)))
        , m_value(addLinear(namesOf(c).value, c.hiddenSize, c.hiddenSize, biasIf(c.attentionBias)))
        , m_output(addLinear(namesOf(c).output, c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_norm2(addNorm(namesOf(c).norm2, c.hiddenSize, HasBias::Yes))
        , m_up(addLinear(namesOf(c).up, c.intermediateSize, c.hiddenSize, HasBias::Yes))
        , m_down(addLinear(namesOf(c).down, c.hiddenSize, c.intermediateSize, HasBias::Yes))
    {
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        const double epsilon = m_config.normEpsilon;
        const Tensor h = x + gatedAttention(attention(layerNorm(x, m_norm1, epsilon), call), call);
        Tensor inner = activated(m_up.forward(layerNorm(h, m_norm2, epsilon)), m_config.activation);
        const Tensor mlp = m_down.forward(gatedInner(inner, call));
        return gatedBlock(x, addedTo(h, gatedFeedForward(mlp, call)), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_query, &m_key, &m_value}, {&m_output}, {&m_up}, {&m_down}};
    }

private:
    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        const AttentionInput input{.queries = splitHeads(m_query.forward(x), m_config.headDim),
                                   .keys = splitHeads(m_key.forward(x), m_config.headDim),
                                   .values = splitHeads(m_value.forward(x), m_config.headDim),
                                   .sight = Sight::All};
        return m_output.forward(attend(input, call));
    }

    ModelConfig m_config;
    Norm& m_norm1;
    Linear &m_query, &m_key, &m_value, &m_output;
    Norm& m_norm2;
    Linear &m_up, &m_down;
};

/// Everything outside the blocks, by the names of the file.
struct OuterParts {
    Parts embedding, pooler, headParts;
    Tensor& classToken;
    Tensor& patches;
    Tensor* patchBias = nullptr; // CLIP has none
    Tensor& positions;
    Norm* preNorm = nullptr; // CLIP's norm behind the embedding
    Norm& finalNorm;
    Linear* pool = nullptr; // null: no pooler
    Linear* head = nullptr; // null: no head

    OuterParts(const ModelConfig& c, const std::string& base)
        : classToken(
              embedding.addTensor(base + namesOf(c).classToken,
                                  isClip(c) ? Shape{c.hiddenSize} : Shape{1, 1, c.hiddenSize}))
        , patches(embedding.addTensor(base + namesOf(c).patches + "weight",
                                      {c.hiddenSize, c.channels, c.patchSize, c.patchSize}))
        , positions(embedding.addTensor(base + namesOf(c).positions,
                                        isClip(c) ? Shape{positionsOf(c), c.hiddenSize}
                                                  : Shape{1, positionsOf(c), c.hiddenSize}))
        , finalNorm(embedding.addNorm(base + namesOf(c).finalNorm, c.hiddenSize, HasBias::Yes))
    {
        if (isClip(c)) {
            preNorm = &embedding.addNorm(base + "pre_layrnorm", c.hiddenSize, HasBias::Yes);
        } else {
            patchBias = &embedding.addTensor(base + namesOf(c).patches + "bias", {c.hiddenSize});
        }
        if (c.architecture == "ViTModel") {
            pool = &pooler.addLinear(base + "pooler.dense", "pooler", c.embeddingSize, c.hiddenSize,
                                     HasBias::Yes);
        }
        if (c.labels > 0) {
            head = &headParts.addLinear(namesOf(c).head, "head", c.labels, c.hiddenSize,
                                        biasIf(!isClip(c)));
        }
    }

    OuterParts(const OuterParts&) = delete;
    OuterParts& operator=(const OuterParts&) = delete;

private:
    using Shape = std::vector<std::int64_t>;

    static std::int64_t positionsOf(const ModelConfig& c)
    {
        const std::int64_t side = c.imageSize / c.patchSize;
        return side * side + 1;
    }
};

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c)
{
    OuterParts outer(c, "");
    std::vector<ExpectedTensor> expected;
    for (const Parts* parts : {&outer.embedding, &outer.pooler, &outer.headParts}) {
        parts->expect(expected, "");
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        VitBlock(c, "", i).expect(expected, i);
    }
    return expected;
}

class Vit : public VisionEncoder {
public:
    Vit(const ModelConfig& config, std::shared_ptr<WeightSource> source, const LoadOptions& options)
        : VisionEncoder(config, std::move(source), options)
        , m_base(baseOf(*m_source, namesOf(config).base, namesOf(config).classToken))
        , m_outer(m_config, m_base)
    {
        const NewHead none;
        EncoderLoading loading(*m_source, weightOptions(), none);
        loading.require(m_outer.embedding);
        loading.maybe(m_outer.pooler, m_outer.pool);
        loading.require(m_outer.headParts);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<VitBlock>(m_config, m_base, i));
        }
        for (std::int64_t i = 0; i < config.layers; ++i) {
            VitBlock(config, m_base, i).expect(loading.expected(), i);
        }
        loading.finish();
    }

    Tensor embed(const Tensor& pixels) const override
    {
        check(pixels);
        const std::int64_t patch = m_config.patchSize;
        const std::int64_t height = pixels.size(2) / patch, width = pixels.size(3) / patch;
        const std::optional<Tensor> bias =
            m_outer.patchBias != nullptr ? std::optional(*m_outer.patchBias) : std::nullopt;
        const Tensor patches = at::conv2d(pixels.to(weightOptions()), m_outer.patches, bias, patch)
                                   .flatten(2)
                                   .transpose(1, 2);
        const Tensor first =
            m_outer.classToken.view({1, 1, -1}).expand({pixels.size(0), 1, m_config.hiddenSize});
        const Tensor x = at::cat({first, patches}, 1).to(at::kFloat) + positionsFor(height, width);
        return m_outer.preNorm != nullptr ? layerNorm(x, *m_outer.preNorm, m_config.normEpsilon)
                                          : x;
    }

    Tensor features(const Tensor& hidden) const override
    {
        return isClip(m_config) ? hidden
                                : layerNorm(hidden, m_outer.finalNorm, m_config.normEpsilon);
    }

    bool hasPooler() const override { return isClip(m_config) || m_outer.pool != nullptr; }

    Tensor pooled(const Tensor& hidden) const override
    {
        const Tensor first = normedClass(hidden);
        if (isClip(m_config)) {
            return first;
        }
        if (m_outer.pool == nullptr) {
            failWithout("pooler");
        }
        return at::tanh(m_outer.pool->forward(first).to(at::kFloat));
    }

    Tensor headOutput(const Tensor& hidden) const override
    {
        if (m_outer.head == nullptr) {
            failWithout("head");
        }
        return m_outer.head->forward(normedClass(hidden)).to(at::kFloat);
    }

    std::vector<NamedTensor> outerTensors() const override
    {
        return tensorsOf({&m_outer.embedding, &m_outer.pooler, &m_outer.headParts});
    }

private:
    Tensor normedClass(const Tensor& hidden) const
    {
        return layerNorm(hidden.select(1, 0), m_outer.finalNorm, m_config.normEpsilon);
    }

    [[noreturn]] void failWithout(const char* what) const
    {
        throw Error(ErrorCode::Unsupported, "This " + m_config.architecture + " has no " + what +
                                                ". Choose a model that has one.");
    }

    void check(const Tensor& pixels) const
    {
        const std::int64_t patch = m_config.patchSize;
        if (pixels.dim() != 4 || pixels.size(1) != m_config.channels || pixels.size(2) < patch ||
            pixels.size(3) < patch || pixels.size(2) % patch != 0 || pixels.size(3) % patch != 0) {
            throw Error(ErrorCode::InvalidInput, "Images must have " +
                                                     std::to_string(m_config.channels) +
                                                     " channels and sides that are multiples of " +
                                                     std::to_string(patch) + " pixels.");
        }
    }

    /// [1 x 1 + height * width x hiddenSize]
    Tensor positionsFor(std::int64_t height, std::int64_t width) const
    {
        const Tensor table = m_outer.positions.view({1, -1, m_config.hiddenSize}).to(at::kFloat);
        const std::int64_t side = m_config.imageSize / m_config.patchSize;
        if (height == side && width == side) {
            return table;
        }
        const Tensor grid = table.narrow(1, 1, side * side)
                                .reshape({1, side, side, m_config.hiddenSize})
                                .permute({0, 3, 1, 2});
        const Tensor stretched = at::upsample_bicubic2d(grid, {height, width}, false);
        return at::cat({table.narrow(1, 0, 1),
                        stretched.permute({0, 2, 3, 1}).reshape({1, -1, m_config.hiddenSize})},
                       1);
    }

    std::string m_base;
    OuterParts m_outer;
};

std::unique_ptr<VisionEncoder> createVit(ModelConfig config, std::shared_ptr<WeightSource> source,
                                         const LoadOptions& options)
{
    return std::make_unique<Vit>(config, std::move(source), options);
}

Family family(const char* modelType, const char* architecture)
{
    return {.modelType = modelType,
            .architecture = architecture,
            .readConfig = readConfig,
            .createVision = createVit,
            .countParameters = [](const ModelConfig& c) { return countOf(expectedTensors(c)); }};
}

const FamilyRegistration registrations[] = {
    FamilyRegistration(family("vit", "ViTModel")),
    FamilyRegistration(family("vit", "ViTForImageClassification")),
    FamilyRegistration(family("clip_vision_model", "CLIPVisionModel")),
    FamilyRegistration(family("clip_vision_model", "CLIPVisionModelWithProjection")),
    FamilyRegistration(family("clip", "CLIPModel")),
};

} // namespace

} // namespace espalier
