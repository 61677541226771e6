// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/PrunedDivergence.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/SafetensorsFile.h"
#include "core/eval/HeadLoss.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

constexpr const char* kTensorName = "dense_hidden_states";

Tensor firstWindows(RunContext& run, std::int64_t windows)
{
    const Tensor& tokens = run.calibration().tokens;
    return tokens.narrow(0, 0, std::min(windows, tokens.size(0))).to(at::kLong);
}

} // namespace

PrunedDivergence::PrunedDivergence(RunContext& run, std::int64_t windows, std::string label)
    : m_run(run)
    , m_model(run.model())
    , m_tokens(firstWindows(run, windows))
    , m_label(std::move(label))
{
}

Tensor PrunedDivergence::throughBlocks(std::int64_t first, const Tensor& hidden)
{
    const std::int64_t batch = std::max<std::int64_t>(1, m_run.spec().batch);
    Tensor states = hidden.narrow(0, 0, windows()).clone();
    for (std::int64_t index = first; index < m_model.blocks(); ++index) {
        const auto block = m_model.lease(index);
        m_model.prefetch(index + 1);
        for (std::int64_t begin = 0; begin < windows(); begin += batch) {
            m_run.step(m_label, std::max<std::int64_t>(first - 1, 0), m_model.blocks());
            Tensor part = states.narrow(0, begin, std::min(batch, windows() - begin));
            part.copy_(block->forward(part, nullptr, index));
        }
    }
    return states;
}

void PrunedDivergence::start(const Tensor& hidden, bool resumed)
{
    const auto stage = m_run.stage("evaluate");
    const Path file = m_run.folder() / "blocks" / "dense.safetensors";
    if (resumed) {
        m_dense = readDense(file);
        return;
    }
    m_dense = throughBlocks(0, hidden);
    makeFolder(file.parent_path());
    writeSafetensors(file, {{kTensorName, m_dense}});
}

Tensor PrunedDivergence::readDense(const Path& file) const
{
    const SafetensorsFile stored(file);
    const std::vector<std::int64_t> expected{windows(), m_tokens.size(1),
                                             m_model.config().hiddenSize};
    const auto& tensors = stored.tensors();
    if (tensors.size() != 1 || tensors.front().shape != expected) {
        throw Error(ErrorCode::Corrupt,
                    file.string() + " does not hold the dense model's hidden states of shape " +
                        shapeText(expected) +
                        ", from which the divergence after every block is measured; start the run "
                        "anew.");
    }
    return stored.read(tensors.front()).to(m_model.device());
}

double PrunedDivergence::meanKl(const Tensor& states) const
{
    const std::int64_t predicted = m_tokens.size(1) - 1;
    double sum = 0;
    for (std::int64_t window = 0; window < windows(); ++window) {
        const Tensor own = m_model.finalNorm(states[window].narrow(0, 0, predicted));
        const Tensor dense = m_model.finalNorm(m_dense[window].narrow(0, 0, predicted));
        const Tensor next = m_tokens[window].narrow(0, 1, predicted);
        for (const TokenComparison& token : compareHeads(m_model, own, m_model, dense, next)) {
            sum += token.kl;
        }
    }
    return sum / static_cast<double>(windows() * predicted);
}

void PrunedDivergence::record(std::int64_t index, const Tensor& hidden)
{
    const auto stage = m_run.stage("evaluate");
    m_run.metrics().record("kl/block." + std::to_string(index), 0,
                           meanKl(throughBlocks(index + 1, hidden)), "nat");
}

} // namespace espalier
