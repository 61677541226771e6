// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PackedHeadLoss.h"

#include "core/kernels/PackedGemm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

// 14 MB of a head of width 576: large enough that packing is a small part of the work.
constexpr std::int64_t kTileOutputs = 6144;
constexpr std::int64_t kRowsPerTask = 64;

void packRow(PackedWeight& tile, std::int64_t output, const Tensor& W, std::int64_t row)
{
    const std::int64_t at = row * W.size(1);
    if (W.scalar_type() == at::kFloat) {
        tile.setRow(output, W.const_data_ptr<float>() + at);
    } else {
        tile.setRow(output,
                    reinterpret_cast<const std::uint16_t*>(W.const_data_ptr<at::BFloat16>()) + at);
    }
}

/// Outputs [first, first + tile.outputs()) of W, by all members.
void pack(TeamMember& member, PackedWeight& tile, const Tensor& W, std::int64_t first)
{
    const std::int64_t tasks = (tile.outputs() + kRowsPerTask - 1) / kRowsPerTask;
    for (std::int64_t task = 0; (task = member.take(tasks)) >= 0;) {
        const std::int64_t end = std::min((task + 1) * kRowsPerTask, tile.outputs());
        for (std::int64_t i = task * kRowsPerTask; i < end; ++i) {
            packRow(tile, i, W, first + i);
        }
    }
}

} // namespace

bool canPackHead(const CausalLM& model)
{
    const Tensor& W = model.headWeight();
    return W.is_cpu() && W.is_contiguous() && !at::GradMode::is_enabled() &&
           (W.scalar_type() == at::kFloat || W.scalar_type() == at::kBFloat16);
}

std::vector<PackedLoss> packedHeadLosses(const CausalLM& model, const Tensor& normed,
                                         const Tensor& targets)
{
    const Tensor W = model.headWeight(), X = normed.to(at::kFloat).contiguous();
    const Tensor ids = targets.cpu().to(at::kLong).contiguous();
    const std::int64_t vocabulary = W.size(0), width = W.size(1);
    const PackedType type =
        W.scalar_type() == at::kFloat ? PackedType::Float32 : PackedType::BFloat16;
    std::vector<LogSum> sums(static_cast<std::size_t>(X.size(0)));
    const ProductRows rows{
        .values = X.const_data_ptr<float>(), .stride = width, .count = X.size(0), .asBf16 = true};
    PackedWeight tile;
    for (std::int64_t first = 0; first < vocabulary; first += kTileOutputs) {
        const std::int64_t outputs = std::min(kTileOutputs, vocabulary - first);
        if (tile.outputs() != outputs) {
            tile = PackedWeight(outputs, width, type);
        }
        Team::run(at::get_num_threads(), [&](TeamMember& member) {
            pack(member, tile, W, first);
            member.wait();
            packedProduct(member, kernelSet(), rows, tile,
                          {.epilogue = Epilogue::LogSum,
                           .logSums = sums.data(),
                           .targets = ids.const_data_ptr<std::int64_t>(),
                           .firstColumn = first});
        });
    }
    std::vector<PackedLoss> losses;
    losses.reserve(sums.size());
    for (const LogSum& row : sums) {
        losses.push_back({.loss = static_cast<double>(row.highest) + std::log(row.sum) -
                                  static_cast<double>(row.target),
                          .isGreedy = row.target >= row.highest});
    }
    return losses;
}

} // namespace espalier
