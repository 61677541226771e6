// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Layerwise.h"

#include "core/base/Error.h"
#include "core/compress/InputGroup.h"
#include "core/compress/OutputError.h"
#include "core/compress/PrunedDivergence.h"
#include "core/method/RunContext.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iomanip>
#include <malloc.h>
#include <optional>
#include <sstream>
#include <vector>

namespace espalier {

GroupStatistic::~GroupStatistic() = default;

Tensor GroupStatistic::gram() const
{
    return {};
}

namespace {

class Stopwatch {
public:
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

/// Blocks are read, worked on and written by different threads; what each of them frees stays in an
/// arena of its own and adds up to several blocks (SmolLM2-135M: 520 MiB where 260 are in use).
void giveBackFreedMemory()
{
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

class Walk {
public:
    Walk(RunContext& run, const LayerwisePlan& plan)
        : m_run(run)
        , m_model(run.transformer())
        , m_plan(plan)
        , m_batch(std::max<std::int64_t>(1, run.spec().batch))
    {
    }

    void go()
    {
        const at::NoGradGuard noGradients;
        const std::int64_t finished = takeFinishedBlocks();
        embedWindows();
        startDivergence(finished > 0);
        std::vector<std::int64_t> indices(static_cast<std::size_t>(m_model.blocks()));
        std::ranges::generate(indices, [next = std::int64_t{0}]() mutable { return next++; });
        for (const std::int64_t index : m_run.track(kLabel, indices)) {
            m_model.prefetch(index + 1);
            if (index < finished) {
                passFinishedBlock(index);
            } else {
                compressBlock(index);
            }
            giveBackFreedMemory();
        }
    }

private:
    static constexpr const char* kLabel = "Compressing block";

    Path fileOf(std::int64_t index) const
    {
        std::ostringstream name;
        name << std::setw(4) << std::setfill('0') << index << ".safetensors";
        return m_run.folder() / "blocks" / name.str();
    }

    std::int64_t takeFinishedBlocks()
    {
        const auto& resume = m_run.resumePoint();
        const std::int64_t finished = resume ? resume->value("blocks", std::int64_t{0}) : 0;
        for (std::int64_t index = 0; index < finished; ++index) {
            m_model.overlayBlock(index, fileOf(index));
        }
        return finished;
    }

    /// The residual stream of every window; one buffer that each block overwrites.
    void embedWindows()
    {
        if (!m_plan.makeStatistic && !m_run.hasCalibration()) {
            return;
        }
        const auto stage = m_run.stage("calibrate");
        Tensor tokens = m_run.calibration().tokens;
        if (!m_plan.makeStatistic) {
            const std::int64_t wanted = std::max(m_batch, m_plan.options.divergenceWindows);
            tokens = tokens.narrow(0, 0, std::min(wanted, tokens.size(0)));
        }
        for (std::int64_t begin = 0; begin < tokens.size(0); begin += m_batch) {
            const Tensor window =
                tokens.narrow(0, begin, std::min(m_batch, tokens.size(0) - begin));
            const Tensor hidden = m_run.model().embed(window.to(at::kLong));
            if (!m_hidden.defined()) {
                m_hidden =
                    at::empty({tokens.size(0), hidden.size(1), hidden.size(2)}, hidden.options());
            }
            m_hidden.narrow(0, begin, window.size(0)).copy_(hidden);
        }
    }

    void startDivergence(bool resumed)
    {
        if (m_plan.options.divergenceWindows > 0) {
            m_divergence.emplace(m_run, m_plan.options.divergenceWindows, kLabel);
            m_divergence->start(m_hidden, resumed);
        }
    }

    void recordDivergence(Block& block, std::int64_t index)
    {
        if (!m_divergence) {
            return;
        }
        if (isLast(index)) { // its outputs were of no use until now
            forward(block, index, Outputs::Keep, m_divergence->windows());
        }
        m_divergence->record(index, m_hidden);
    }

    /// What a pass does with the outputs of a block.
    enum class Outputs { Drop = 1, Keep };

    void forward(Block& block, std::int64_t index, Outputs outputs)
    {
        forward(block, index, outputs, m_hidden.size(0));
    }

    void forward(Block& block, std::int64_t index, Outputs outputs, std::int64_t windows)
    {
        for (std::int64_t begin = 0; begin < windows; begin += m_batch) {
            m_run.step(kLabel, index, m_model.blocks()); // a stop need not wait for the block's end
            Tensor part = m_hidden.narrow(0, begin, std::min(m_batch, windows - begin));
            const Tensor output = block.forward(part, nullptr, index);
            if (outputs == Outputs::Keep) {
                part.copy_(output);
            }
        }
        if (outputs == Outputs::Keep && !m_hidden.isfinite().all().item<bool>()) {
            throw Error(
                ErrorCode::Numeric,
                "The hidden states after block " + std::to_string(index) +
                    " hold values that are not finite; check the model's weights, or use fp32.");
        }
    }

    bool isLast(std::int64_t index) const { return index + 1 == m_model.blocks(); }

    void passFinishedBlock(std::int64_t index)
    {
        const auto stage = m_run.stage("calibrate");
        const auto block = m_model.lease(index);
        for (Linear* linear : block->linears()) {
            linear->maskFromZeros();
        }
        if (m_hidden.defined() && !isLast(index)) {
            forward(*block, index, Outputs::Keep);
        }
    }

    std::vector<InputGroup> gather(Block& block, std::int64_t index)
    {
        const auto stage = m_run.stage("calibrate");
        std::vector<InputGroup> groups;
        for (std::vector<Linear*>& linears : block.inputGroups()) {
            InputGroup group;
            group.linears = std::move(linears);
            group.statistic = m_plan.makeStatistic ? m_plan.makeStatistic() : nullptr;
            groups.push_back(std::move(group));
        }
        if (m_hidden.defined()) {
            for (InputGroup& group : groups) {
                group.sample = InputSample(m_hidden.size(0) * m_hidden.size(1));
            }
            const Observation observation(groups);
            forward(block, index, Outputs::Drop);
        }
        return groups;
    }

    void compressLinear(Linear& linear, InputGroup& group)
    {
        if (!linear.weight().isfinite().all().item<bool>()) {
            throw Error(
                ErrorCode::Numeric,
                "The weight of " + linear.name() +
                    " holds values that are not finite, so it cannot be pruned; check the model.");
        }
        const Tensor before = linear.weight().clone();
        const Stopwatch watch;
        m_plan.prune(linear, group.statistic.get());
        const double seconds = watch.seconds();
        linear.weight().add_(
            0); // a kept -0.0 becomes 0.0: some runtimes misread stored negative zeros
        const Tensor G = group.statistic ? group.statistic->gram() : Tensor{};
        const OutputError error = outputError(before, linear.weight(), G, group.sample.rows());
        MetricSink& metrics = m_run.metrics();
        metrics.record("sparsity/" + linear.name(), 0, linear.sparsity());
        if (linear.mask().defined()) {
            metrics.record("mask_sparsity/" + linear.name(), 0, shareOfZeros(linear.mask()));
        }
        if (error.output) {
            metrics.record("error/" + linear.name(), 0, *error.output);
        }
        metrics.record("weight_error/" + linear.name(), 0, error.weight);
        metrics.record("seconds/" + linear.name(), 0, seconds, "s");
    }

    /// The file takes the place of the weights in memory, so that a stop here and a stop later are
    /// alike.
    void readFromNowOn(Block& block, std::int64_t index)
    {
        std::vector<Tensor> masks;
        for (const Linear* linear : block.linears()) {
            masks.push_back(linear->mask());
        }
        m_model.overlayBlock(index, fileOf(index)); // a resident model reads it at once
        for (std::size_t i = 0; i < masks.size(); ++i) {
            if (masks[i].defined()) {
                block.linears()[i]->setMask(masks[i]);
            }
        }
    }

    void compressBlock(std::int64_t index)
    {
        const Stopwatch watch;
        const auto block = m_model.lease(index);
        {
            std::vector<InputGroup> groups = gather(*block, index);
            const auto stage = m_run.stage("compress");
            for (InputGroup& group : groups) {
                for (Linear* linear : group.linears) {
                    m_run.step(kLabel, index, m_model.blocks());
                    compressLinear(*linear, group);
                }
                group.statistic.reset(); // a Hessian is the largest thing here
            }
        }
        makeFolder(fileOf(index).parent_path());
        std::future<void> written = std::async(
            std::launch::async, [this, index] { m_model.saveBlock(index, fileOf(index)); });
        if (m_hidden.defined() && !isLast(index)) {
            const auto stage = m_run.stage("calibrate");
            forward(*block, index, Outputs::Keep);
        }
        const auto stage = m_run.stage("compress");
        written.get();
        readFromNowOn(*block, index);
        m_run.metrics().record("seconds/block." + std::to_string(index), 0, watch.seconds(), "s");
        recordDivergence(*block, index);
        m_run.saveResumePoint({{"blocks", index + 1}});
    }

    RunContext& m_run;
    Transformer& m_model;
    const LayerwisePlan& m_plan;
    std::int64_t m_batch;
    Tensor m_hidden;
    std::optional<PrunedDivergence> m_divergence;
};

} // namespace

void runLayerwise(RunContext& run, const LayerwisePlan& plan)
{
    Walk(run, plan).go();
}

} // namespace espalier
