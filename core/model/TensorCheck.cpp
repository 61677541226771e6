// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/TensorCheck.h"

#include "core/base/Error.h"
#include "core/checkpoint/SafetensorsFile.h"

#include <ATen/ATen.h>

#include <set>

namespace espalier {

namespace {

constexpr std::size_t kNamesShown = 5;

std::string listText(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
        text += i == 0 ? "" : ", ";
        text += names[i];
    }
    if (names.size() > kNamesShown) {
        text += " and " + std::to_string(names.size() - kNamesShown) + " more";
    }
    return text;
}

} // namespace

void checkTensors(const Checkpoint& checkpoint, const std::vector<ExpectedTensor>& expected,
                  const std::function<bool(std::string_view)>& ignored)
{
    const std::string where = checkpoint.files().front().parent_path().string();
    std::vector<std::string> missing, unexpected;
    std::set<std::string_view> names;
    for (const ExpectedTensor& tensor : expected) {
        names.insert(tensor.name);
        const TensorInfo* info = checkpoint.find(tensor.name);
        if (info == nullptr && !tensor.alias.empty()) {
            names.insert(tensor.alias);
            info = checkpoint.find(tensor.alias);
        }
        if (info == nullptr) {
            missing.push_back(tensor.name);
        } else if (info->shape != tensor.shape) {
            throw Error(ErrorCode::Corrupt, info->name + " has shape " + shapeText(info->shape) +
                                                " in " + checkpoint.files()[info->shard].string() +
                                                ", " + shapeText(tensor.shape) +
                                                " by config.json. The two are not of one model.");
        } else if (!c10::isFloatingType(info->dtype) || c10::elementSize(info->dtype) == 1) {
            throw Error(
                ErrorCode::Unsupported,
                tensor.name + " in " + checkpoint.files()[info->shard].string() + " has type " +
                    std::string(safetensorsNameOf(info->dtype)) +
                    "; weights must be floating-point numbers of 16 bits or more. Quantised "
                    "checkpoints "
                    "cannot be opened.");
        }
    }
    if (missing == std::vector<std::string>{"lm_head.weight"}) {
        throw Error(ErrorCode::Corrupt,
                    "The weights in " + where +
                        " lack lm_head.weight, the matrix behind the logits: they are a base "
                        "model's. Use the whole model, or, if the embeddings are that matrix too, "
                        "say so in config.json: \"tie_word_embeddings\": true.");
    }
    if (!missing.empty()) {
        throw Error(ErrorCode::Corrupt, "The weights in " + where + " lack " + listText(missing) +
                                            ", which config.json calls for. Copy the whole model "
                                            "again, or the config.json that belongs to it.");
    }
    for (const TensorInfo& info : checkpoint.tensors()) {
        if (!names.contains(info.name) && !ignored(info.name)) {
            unexpected.push_back(info.name);
        }
    }
    if (!unexpected.empty()) {
        throw Error(ErrorCode::Corrupt, "The weights in " + where + " hold " +
                                            listText(unexpected) +
                                            ", which have no place in the model of config.json. "
                                            "Copy the config.json that belongs to these weights.");
    }
}

void checkTokens(const Tensor& tokens, std::int64_t vocabSize)
{
    if (tokens.numel() == 0) {
        throw Error(ErrorCode::InvalidInput, "There are no tokens to read: the input is empty.");
    }
    const auto [least, most] = at::aminmax(tokens);
    for (const std::int64_t id : {least.item<std::int64_t>(), most.item<std::int64_t>()}) {
        if (id < 0 || id >= vocabSize) {
            throw Error(ErrorCode::InvalidInput, "The token id " + std::to_string(id) +
                                                     " is outside the model's vocabulary of " +
                                                     std::to_string(vocabSize) +
                                                     ": the text was tokenised for another model.");
        }
    }
}

} // namespace espalier
