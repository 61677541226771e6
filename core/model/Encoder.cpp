// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Encoder.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

/// config.json of a classifier: architectures and labels as transformers writes them.
void becomeClassifier(ModelConfig& config, const Family& family, const NewHead& head)
{
    Json names = Json::object(), numbers = Json::object();
    for (std::size_t i = 0; i < head.labels.size(); ++i) {
        names[std::to_string(i)] = head.labels[i];
        numbers[head.labels[i]] = i;
    }
    config.labels = static_cast<std::int64_t>(head.labels.size());
    config.architecture = family.classifier;
    config.raw["architectures"] = Json::array({family.classifier});
    config.raw["id2label"] = names;
    config.raw["label2id"] = numbers;
    config.raw["problem_type"] = config.labels == 1 ? "regression" : "single_label_classification";
}

} // namespace

std::unique_ptr<Encoder> Encoder::open(const Path& folder, const LoadOptions& options,
                                       const NewHead& head)
{
    ModelConfig config = readModelConfig(folder);
    const Family& family = familyFor(config.raw, folder / "config.json");
    if (family.createEncoder == nullptr) {
        throw Error(ErrorCode::Unsupported, folder.string() + " holds a " + family.architecture +
                                                ", which is no encoder of text. Choose a BERT, "
                                                "DistilBERT or RoBERTa.");
    }
    if (!head.labels.empty()) {
        becomeClassifier(config, family, head);
    }
    auto source = std::make_shared<WeightSource>(Checkpoint::open(folder));
    std::unique_ptr<Encoder> model =
        family.createEncoder(std::move(config), std::move(source), options, head);
    model->loadResident();
    return model;
}

Tensor Encoder::hiddenStates(const EncoderInput& input, Dropout* dropout)
{
    Tensor hidden = embed(input, dropout);
    BlockCall call{.visible = input.visible.defined() ? input.visible.to(device()) : Tensor(),
                   .dropout = dropout};
    for (std::int64_t i = 0; i < blocks(); ++i) {
        const Lease block = lease(i);
        prefetch(i + 1);
        call.index = i;
        hidden = block->forward(hidden, call);
    }
    return hidden;
}

Tensor Encoder::maskedLogits(const Tensor& rows) const
{
    return linearProductFloat(maskedTransform(rows), maskedWeight()) + maskedBias().to(at::kFloat);
}

void Encoder::failWithoutHead(const char* head) const
{
    throw Error(ErrorCode::Unsupported, "This " + config().architecture + " has no " + head +
                                            ". Choose a model that has one.");
}

Tensor meanPooled(const Tensor& hidden, const Tensor& visible)
{
    if (!visible.defined()) {
        return hidden.mean(1);
    }
    const Tensor weight = visible.to(hidden.options()).unsqueeze(-1);
    return (hidden * weight).sum(1) / weight.sum(1).clamp_min(1e-9);
}

} // namespace espalier
