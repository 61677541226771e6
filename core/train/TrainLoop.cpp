// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/TrainLoop.h"

#include "core/train/Frozen.h"
#include "core/train/KeptZeros.h"
#include "core/train/Losses.h"
#include "core/train/TokenOrder.h"
#include "core/train/TrainCheckpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <sstream>

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Gradients on for the parameters while this lives; none of them is left behind.
class GradientScope {
public:
    explicit GradientScope(std::vector<Tensor> parameters)
        : m_parameters(std::move(parameters))
    {
        for (Tensor& parameter : m_parameters) {
            parameter.requires_grad_(true);
        }
    }

    ~GradientScope()
    {
        clear();
        for (Tensor& parameter : m_parameters) {
            parameter.requires_grad_(false);
        }
    }

    GradientScope(const GradientScope&) = delete;
    GradientScope& operator=(const GradientScope&) = delete;

    void clear()
    {
        for (Tensor& parameter : m_parameters) {
            parameter.mutable_grad().reset();
        }
    }

private:
    std::vector<Tensor> m_parameters;
};

class Training {
public:
    Training(RunContext& run, const TrainOptions& options, TrainObjective& objective)
        : m_run(run)
        , m_options(options)
        , m_objective(objective)
        , m_parameters(trainedOf(run, options.freeze))
        , m_optimiser(m_parameters, options.optimiser)
        , m_checkpoint(run, m_parameters, m_optimiser)
        , m_order(run.calibration().tokens.size(0), run.seed("order"))
    {
        m_options.schedule.steps = options.steps;
    }

    void execute();

private:
    void pauseHere();
    void evaluateIfDue();
    LossSums evaluate();
    void trainStep(const KeptZeros* zeros);
    std::vector<Tensor> nextMicroBatches();
    Tensor windowsOf(const CalibrationSet& data, const std::vector<std::int64_t>& numbers);
    void record(const std::string& prefix, const LossSums& sums);
    void requireNumber(double value, const char* what, double learningRate) const;

    RunContext& m_run;
    TrainOptions m_options;
    TrainObjective& m_objective;
    std::vector<Tensor> m_parameters;
    AdamW m_optimiser;
    TrainCheckpoint m_checkpoint;
    TokenOrder m_order;
    TrainPosition m_position;
};

void Training::execute()
{
    m_position = m_checkpoint.restore();
    std::optional<KeptZeros> zeros;
    if (m_options.keepZeros) {
        zeros.emplace(m_run.transformer());
        if (zeros->count() > 0) {
            m_run.info(std::to_string(zeros->count()) +
                       " weights of the student's linears are zero and stay zero.");
        }
    }
    if (m_run.heldOut() == nullptr) {
        m_run.info("There are no held-out windows: all losses are of windows that are trained on.");
    }
    while (true) {
        pauseHere();
        if (m_position.step >= m_options.steps) {
            break;
        }
        trainStep(zeros ? &*zeros : nullptr);
        const std::int64_t every = m_options.checkpointEvery;
        if (every > 0 && m_position.step % every == 0) {
            m_checkpoint.save(m_position);
        }
    }
    if (zeros) {
        zeros->verify();
    }
}

/// The only place where a stop request is honoured: what has been trained goes to disk first.
void Training::pauseHere()
{
    try {
        evaluateIfDue();
        m_run.step("Training step", m_position.step, m_options.steps);
    } catch (const Cancelled&) {
        m_checkpoint.save(m_position);
        throw;
    }
}

void Training::evaluateIfDue()
{
    const std::int64_t step = m_position.step;
    const std::int64_t every = m_options.evaluateEvery;
    const bool due = step == 0 || step == m_options.steps || (every > 0 && step % every == 0);
    if (!due || m_position.evaluated == step || m_run.heldOut() == nullptr) {
        return;
    }
    record("held_out", evaluate());
    m_position.evaluated = step;
}

LossSums Training::evaluate()
{
    const at::NoGradGuard noGrad;
    const CalibrationSet& data = *m_run.heldOut();
    const std::int64_t windows = data.tokens.size(0);
    LossSums sums;
    for (std::int64_t first = 0; first < windows; first += m_options.batch) {
        m_run.step("Held-out windows", first, windows);
        const std::int64_t count = std::min(m_options.batch, windows - first);
        std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) {
            numbers[static_cast<std::size_t>(i)] = first + i;
        }
        sums.add(m_objective.measure(windowsOf(data, numbers)));
    }
    return sums;
}

void Training::trainStep(const KeptZeros* zeros)
{
    const auto start = Clock::now();
    const double rate = learningRateAt(m_options.schedule, m_position.step);
    GradientScope gradients(m_parameters);
    const LossSums sums = accumulateStep(m_objective, nextMicroBatches());
    requireNumber(sums.total, "loss", rate);
    if (zeros != nullptr) {
        zeros->maskGradients();
    }
    const double norm = gradientNorm(m_parameters);
    requireNumber(norm, "gradient norm", rate);
    m_optimiser.step(rate, clipFactor(norm, m_options.clipNorm));
    if (zeros != nullptr) {
        zeros->enforce();
    }
    ++m_position.step;
    record("train", sums);
    m_run.metrics().record("train/learning_rate", m_position.step, rate);
    m_run.metrics().record("train/gradient_norm", m_position.step, norm);
    m_run.metrics().record("train/tokens_per_second", m_position.step,
                           static_cast<double>(sums.tokens) / secondsSince(start), "token/s");
}

std::vector<Tensor> Training::nextMicroBatches()
{
    const std::int64_t perStep = m_options.batch * m_options.accumulate;
    std::vector<Tensor> batches;
    for (std::int64_t i = 0; i < m_options.accumulate; ++i) {
        const std::int64_t first = m_position.step * perStep + i * m_options.batch;
        batches.push_back(windowsOf(m_run.calibration(), m_order.at(first, m_options.batch)));
    }
    return batches;
}

Tensor Training::windowsOf(const CalibrationSet& data, const std::vector<std::int64_t>& numbers)
{
    const Tensor rows = at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
    return data.tokens.index_select(0, rows).to(m_run.device(), at::kLong);
}

void Training::record(const std::string& prefix, const LossSums& sums)
{
    constexpr const char* kUnit = "nat/token";
    const std::int64_t step = m_position.step;
    const auto tokens = static_cast<double>(std::max<std::int64_t>(sums.tokens, 1));
    MetricSink& metrics = m_run.metrics();
    metrics.record(prefix + "/loss/total", step, sums.total / tokens, kUnit);
    for (const auto& [name, sum] : sums.parts) {
        metrics.record(prefix + "/loss/" + name, step, sum / tokens, kUnit);
    }
    if (!sums.kl.empty()) {
        const DivergenceSummary kl = summarise(sums.kl);
        metrics.record(prefix + "/kl/mean", step, kl.mean, kUnit);
        metrics.record(prefix + "/kl/median", step, kl.median, kUnit);
        metrics.record(prefix + "/kl/p99", step, kl.p99, kUnit);
        metrics.record(prefix + "/kl/p999", step, kl.p999, kUnit);
        metrics.record(prefix + "/kl/maximum", step, kl.maximum, kUnit);
    }
}

void Training::requireNumber(double value, const char* what, double learningRate) const
{
    if (std::isfinite(value)) {
        return;
    }
    std::ostringstream message;
    message << "The " << what << " of training step " << m_position.step + 1 << " of "
            << m_options.steps << " is " << value << " at a learning rate of " << learningRate
            << ". The step was not taken. ";
    if (m_checkpoint.lastStep() >= 0) {
        message << "The checkpoint after step " << m_checkpoint.lastStep() << " is kept. ";
    } else {
        message << "There is no checkpoint yet. ";
    }
    message << "Check that the weights of both models are finite; lower the learning rate, "
               "lengthen the warm-up or clip the gradients harder, and start again.";
    throw Error(ErrorCode::Numeric, message.str());
}

} // namespace

TrainObjective::~TrainObjective() = default;

void LossSums::add(const LossSums& other)
{
    total += other.total;
    tokens += other.tokens;
    kl.insert(kl.end(), other.kl.begin(), other.kl.end());
    for (const auto& added : other.parts) {
        const auto same = std::find_if(parts.begin(), parts.end(), [&added](const auto& part) {
            return part.first == added.first;
        });
        if (same == parts.end()) {
            parts.push_back(added);
        } else {
            same->second += added.second;
        }
    }
}

LossSums accumulateStep(TrainObjective& objective, const std::vector<Tensor>& microBatches)
{
    std::int64_t tokens = 0;
    for (const Tensor& windows : microBatches) {
        tokens += objective.scoredTokens(windows);
    }
    if (tokens == 0) {
        throw Error(ErrorCode::InvalidInput,
                    "A training step has no token to learn from: windows need 2 tokens at least.");
    }
    LossSums sums;
    for (const Tensor& windows : microBatches) {
        sums.add(objective.accumulate(windows, 1.0 / static_cast<double>(tokens)));
    }
    return sums;
}

void train(RunContext& run, const TrainOptions& options, TrainObjective& objective)
{
    Training(run, options, objective).execute();
}

} // namespace espalier
