// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/WindowPass.h"

#include "core/base/Error.h"
#include "core/eval/PackedWindows.h"

#include <algorithm>
#include <optional>

namespace espalier {

namespace {

constexpr std::int64_t kGroupWindows = 16;
constexpr std::int64_t kGroupBytes = std::int64_t{256} << 20;

std::string nameOf(const CalibrationSet& data)
{
    return data.name.empty() ? data.source : data.name;
}

} // namespace

std::vector<WindowGroup> windowGroups(const CalibrationSet& data, std::int64_t batch,
                                      std::int64_t hiddenSize)
{
    const std::int64_t windows = data.tokens.size(0);
    const std::int64_t bytes =
        data.tokens.size(1) * hiddenSize * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t wanted =
        std::min(kGroupWindows, kGroupBytes / std::max<std::int64_t>(bytes, 1));
    const std::int64_t size = std::max<std::int64_t>(wanted / batch, 1) * batch;
    std::vector<WindowGroup> groups;
    for (std::int64_t first = 0; first < windows; first += size) {
        groups.push_back({.first = first, .count = std::min(size, windows - first)});
    }
    return groups;
}

void checkWindows(const CalibrationSet& data, const ModelConfig& config, std::int64_t batch)
{
    if (!data.tokens.defined() || data.tokens.dim() != 2 || data.tokens.size(0) < 1 ||
        data.tokens.size(1) < 2) {
        throw Error(
            ErrorCode::InvalidInput,
            "The evaluation set " + nameOf(data) +
                " has no window of two tokens or more, so nothing can be predicted. Give longer "
                "text or a longer window.");
    }
    if (batch < 1) {
        throw Error(ErrorCode::InvalidInput, "A batch of " + std::to_string(batch) +
                                                 " windows was asked for; it has to be 1 or more.");
    }
    const std::int64_t lowest = data.tokens.min().item<std::int64_t>();
    const std::int64_t highest = data.tokens.max().item<std::int64_t>();
    if (lowest < 0 || highest >= config.vocabSize) {
        throw Error(ErrorCode::InvalidInput,
                    "The evaluation set " + nameOf(data) + " holds token id " +
                        std::to_string(lowest < 0 ? lowest : highest) + ", the model knows 0 to " +
                        std::to_string(config.vocabSize - 1) +
                        ". Use tokens made with this model's tokenizer.");
    }
}

Tensor groupTokens(const CalibrationSet& data, const WindowGroup& group)
{
    return data.tokens.narrow(0, group.first, group.count).to(at::kLong);
}

std::vector<Tensor> hiddenStatesByBatch(CausalLM& model, const Tensor& tokens, std::int64_t batch,
                                        const std::function<void(std::int64_t block)>& afterBlock)
{
    model.prefetch(0);
    std::vector<Tensor> hidden;
    for (std::int64_t first = 0; first < tokens.size(0); first += batch) {
        const std::int64_t count = std::min(batch, tokens.size(0) - first);
        hidden.push_back(model.embed(tokens.narrow(0, first, count)).contiguous());
    }
    std::optional<PackedWindows> packed;
    if (PackedWindows::suits(model)) {
        packed.emplace(model, tokens.size(1));
    }
    for (std::int64_t i = 0; i < model.blocks(); ++i) {
        const CausalLM::Lease block = model.lease(i);
        if (i + 1 < model.blocks()) {
            model.prefetch(i + 1);
        }
        if (packed) {
            packed->run(*block, i, hidden);
        } else {
            for (Tensor& states : hidden) {
                states = block->forward(states, nullptr, i);
            }
        }
        afterBlock(i);
    }
    return hidden;
}

std::string describeWindow(const CalibrationSet& data, std::int64_t window)
{
    const std::int64_t length = data.tokens.size(1);
    return "window " + std::to_string(window + 1) + " of " + std::to_string(data.tokens.size(0)) +
           " (tokens " + std::to_string(window * length) + " to " +
           std::to_string((window + 1) * length - 1) + " of " + nameOf(data) + ")";
}

} // namespace espalier
