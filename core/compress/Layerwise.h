// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/compress/LayerwiseOptions.h"
#include "core/model/Linear.h"

#include <ATen/core/Tensor.h>

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

namespace espalier {

class RunContext;

/// What is gathered from the inputs that a group of linears shares.
class ESPALIER_API GroupStatistic {
public:
    virtual ~GroupStatistic();
    /// X [rows x inputs] of one forward pass.
    virtual void add(const Tensor& X) = 0;
    /// Sum of x x^T if the statistic has it: output errors are then exact. Undefined: they are
    /// measured on a sample of the input rows.
    virtual Tensor gram() const;
};

/// One walk through the model, block by block.
struct LayerwisePlan {
    std::function<std::unique_ptr<GroupStatistic>()> makeStatistic =
        {}; // empty: the method needs no inputs
    std::function<void(Linear& layer, GroupStatistic* statistic)> prune = {};
    LayerwiseOptions options = {};
};

/// For each block: one pass of all calibration windows gathers statistics (shared by linears with
/// the same input), every linear is pruned, the block is written to the run's folder, and a second
/// pass with the pruned weights makes the next block's inputs. A run that is resumed takes the
/// finished blocks from their files.
///
/// Series, at step 0, for every linear and block:
///   sparsity/<name>       zeros as counted in the weight
///   mask_sparsity/<name>  zeros as the mask says
///   error/<name>          |W X - What X|^2 / |W X|^2
///   weight_error/<name>   |W - What|^2 / |W|^2
///   seconds/<name>        time of its pruning
///   seconds/block.N       time of everything in the block
///   kl/block.N            KL(dense || pruned up to this block), nat a token, where asked for
/// error/ is exact where the statistic has gram(), else from every k-th input row, at most 512 in
/// all. A method without a statistic gets it from the first spec.batch windows if the run has a
/// calibration set, else not at all.
ESPALIER_API void runLayerwise(RunContext& run, const LayerwisePlan& plan);

namespace layerwise_detail {

template <class Statistic>
class Holder final : public GroupStatistic {
public:
    explicit Holder(Statistic value)
        : statistic(std::move(value))
    {
    }

    void add(const Tensor& X) override { statistic.add(X); }

    Tensor gram() const override
    {
        if constexpr (requires { statistic.gram(); }) {
            return statistic.gram();
        } else {
            return {};
        }
    }

    Statistic statistic;
};

} // namespace layerwise_detail

/// `Statistic` has add(X) and may have gram(); `make` gives a fresh one for every group of linears.
///
///     compressLayerwise<FeatureNorm>(
///         run, [&](Linear& layer, const FeatureNorm& X) { layer.setMask(...); }, options);
template <class Statistic, class Prune, std::invocable Make>
void compressLayerwise(RunContext& run, Prune prune, Make make,
                       const LayerwiseOptions& options = {})
{
    using Holder = layerwise_detail::Holder<Statistic>;
    runLayerwise(run, {.makeStatistic = [&] { return std::make_unique<Holder>(make()); },
                       .prune =
                           [&](Linear& layer, GroupStatistic* held) {
                               prune(layer, static_cast<Holder*>(held)->statistic);
                           },
                       .options = options});
}

template <class Statistic, class Prune>
void compressLayerwise(RunContext& run, Prune prune, const LayerwiseOptions& options = {})
{
    compressLayerwise<Statistic>(
        run, std::move(prune), [] { return Statistic{}; }, options);
}

/// For methods that look at weights only.
template <class Prune>
void compressLayerwise(RunContext& run, Prune prune, const LayerwiseOptions& options = {})
{
    runLayerwise(
        run, {.prune = [&](Linear& layer, GroupStatistic*) { prune(layer); }, .options = options});
}

} // namespace espalier
