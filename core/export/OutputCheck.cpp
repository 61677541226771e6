// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/OutputCheck.h"

#include "core/base/Error.h"
#include "core/model/CausalLM.h"
#include "core/model/Encoder.h"
#include "core/model/VisionEncoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

namespace espalier {

namespace {

constexpr std::int64_t kCheckTokens = 64;

/// Weights rounded to the stored type while this lives.
class RoundedWeights {
public:
    RoundedWeights(const Transformer& model, const std::vector<NamedTensor>& tensors, bool isNeeded)
    {
        for (const auto& [name, tensor] : tensors) {
            if (isNeeded) {
                m_saved.emplace_back(tensor, tensor.detach().clone());
                tensor.detach().copy_(tensor.detach().to(model.storedType(name)));
            }
        }
    }

    ~RoundedWeights()
    {
        for (const auto& [tensor, before] : m_saved) {
            tensor.detach().copy_(before);
        }
    }

    RoundedWeights(const RoundedWeights&) = delete;
    RoundedWeights& operator=(const RoundedWeights&) = delete;

private:
    std::vector<std::pair<Tensor, Tensor>> m_saved;
};

/// [1 x length]
Tensor checkTokens(const ModelConfig& config)
{
    const std::int64_t count =
        config.maxPositions > 0 ? std::min(kCheckTokens, config.maxPositions) : kCheckTokens;
    return (at::arange(count, at::kLong) * 7919 + 11).remainder(config.vocabSize).unsqueeze(0);
}

/// One image, a pattern without two equal patches.
Tensor checkPixels(const ModelConfig& config)
{
    const std::int64_t side = config.imageSize;
    return at::arange(config.channels * side * side, at::kFloat)
        .mul(0.37)
        .sin()
        .view({1, config.channels, side, side});
}

Tensor throughBlocks(Transformer& model, Tensor hidden, bool isRounded)
{
    for (std::int64_t i = 0; i < model.blocks(); ++i) {
        const Transformer::Lease block = model.lease(i);
        const RoundedWeights inner(model, block->tensors(i), isRounded);
        hidden = block->forward(hidden, nullptr, i);
    }
    return hidden;
}

Tensor outputOf(Encoder& model, const Tensor& hidden)
{
    return model.hasClassifier()   ? model.classLogits(hidden)
           : model.hasMaskedHead() ? model.maskedLogits(hidden[0])
           : model.hasPooler()     ? model.pooled(hidden)
                                   : hidden;
}

Tensor outputOf(VisionEncoder& model, const Tensor& hidden)
{
    return model.config().labels > 0 ? model.headOutput(hidden)
           : model.hasPooler()       ? model.pooled(hidden)
                                     : model.features(hidden);
}

const char* nameOfOutput(ModelKind kind)
{
    return kind == ModelKind::CausalLM      ? "logits"
           : kind == ModelKind::LinearsOnly ? "nothing: the architecture is not known"
                                            : "output";
}

} // namespace

NumberType numberTypeOf(at::ScalarType dtype)
{
    switch (dtype) {
    case at::kBFloat16:
        return NumberType::BFloat16;
    case at::kHalf:
        return NumberType::Float16;
    default:
        return NumberType::Float32;
    }
}

Tensor outputAsStored(Transformer& model, bool isRounded)
{
    const at::NoGradGuard noGrad;
    if (model.config().kind == ModelKind::LinearsOnly) {
        return {};
    }
    const RoundedWeights outer(model, model.outerTensors(), isRounded);
    Tensor output;
    if (auto* language = dynamic_cast<CausalLM*>(&model)) {
        const Tensor hidden =
            throughBlocks(model, language->embed(checkTokens(model.config())), isRounded);
        output = language->head(language->finalNorm(hidden[0]));
    } else if (auto* encoder = dynamic_cast<Encoder*>(&model)) {
        const EncoderInput input{.tokens = checkTokens(model.config())};
        output =
            outputOf(*encoder, throughBlocks(model, encoder->embed(input, nullptr), isRounded));
    } else if (auto* vision = dynamic_cast<VisionEncoder*>(&model)) {
        const Tensor pixels = checkPixels(model.config());
        output = outputOf(*vision, throughBlocks(model, vision->embed(pixels), isRounded));
    }
    return output.to(at::kCPU, at::kFloat).contiguous();
}

Json checkOutput(const Transformer& model, const Path& folder, const Tensor& expected)
{
    const char* what = nameOfOutput(model.config().kind);
    if (!expected.defined()) {
        return {{"compared", what}};
    }
    const std::unique_ptr<Transformer> written =
        openModel(folder, {.dtype = numberTypeOf(model.dtype()),
                           .residency = Residency::Streamed,
                           .device = model.device()});
    const Tensor output = outputAsStored(*written, false);
    const bool sameShape = output.defined() && output.sizes() == expected.sizes();
    const bool equal = sameShape && std::memcmp(output.const_data_ptr(), expected.const_data_ptr(),
                                                expected.nbytes()) == 0;
    const double difference = sameShape ? (output - expected).abs().max().item<double>() : HUGE_VAL;
    if (!equal) {
        throw Error(ErrorCode::Corrupt,
                    std::string("The exported model gives other ") + what +
                        " than the model in memory: they differ by up to " +
                        std::to_string(difference) +
                        " on a fixed input. Nothing was left under the final name; export again, "
                        "and report it if it happens again.");
    }
    Json result{{"compared", what},
                {"compute_type", nameOf(numberTypeOf(model.dtype()))},
                {"max_abs_difference", numberToJson(difference)},
                {"equal_bits", equal}};
    if (model.config().kind != ModelKind::VisionEncoder) {
        result["tokens"] = checkTokens(model.config()).size(1);
    }
    return result;
}

} // namespace espalier
