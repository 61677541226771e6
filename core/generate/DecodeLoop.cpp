// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/DecodeLoop.h"

#include "core/base/Error.h"
#include "core/generate/DecodeStep.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace espalier {

namespace {

constexpr std::int64_t kMostRows = 512; // of a step: a longer prompt goes in pieces

void requireFinite(float logit)
{
    if (!std::isfinite(logit)) {
        throw Error(ErrorCode::Numeric,
                    "The model's logits are not finite; its weights hold NaN or infinity.");
    }
}

} // namespace

class DecodeLoop::Impl {
public:
    Impl(std::shared_ptr<const DecodeModel> model, std::int64_t sequences, std::int64_t capacity,
         int threads)
        : m_step(std::move(model), sequences, capacity)
        , m_positions(static_cast<std::size_t>(sequences), 0)
        , m_threads(std::max(threads, 1))
    {
    }

    /// All tokens through all blocks, then `result` of the head, for each member its own.
    void run(std::span<const DecodeInput> inputs, bool everyToken,
             const std::function<ProductResult(int member)>& result)
    {
        const std::vector<DecodeRow> all = rowsOf(inputs, everyToken);
        m_step.expectTops(m_topCount);
        const auto count = static_cast<std::int64_t>(all.size());
        for (std::int64_t first = 0; first < count; first += kMostRows) {
            const std::int64_t end = std::min(first + kMostRows, count);
            m_step.setRows({all.begin() + first, all.begin() + end});
            Team::run(m_threads, [&](TeamMember& member) {
                m_step.run(member);
                if (end == count) {
                    m_step.headProduct(member, result(member.index()));
                }
            });
        }
        for (const DecodeInput& input : inputs) {
            m_positions[static_cast<std::size_t>(input.sequence)] +=
                static_cast<std::int64_t>(input.tokens.size());
        }
    }

    std::span<const float> logits(std::span<const DecodeInput> inputs, bool everyToken)
    {
        const std::int64_t vocabulary = model().config().vocabSize;
        std::size_t rows = inputs.size();
        if (everyToken) {
            rows = 0;
            for (const DecodeInput& input : inputs) {
                rows += input.tokens.size();
            }
        }
        m_logits.resize(rows * static_cast<std::size_t>(vocabulary));
        run(inputs, everyToken,
            [&](int) { return ProductResult{.values = m_logits.data(), .stride = vocabulary}; });
        return m_logits;
    }

    const DecodeModel& model() const { return m_step.model(); }

    std::int64_t positions(std::int64_t sequence) const
    {
        return m_positions.at(static_cast<std::size_t>(sequence));
    }

    int threads() const { return m_threads; }

private:
    std::vector<DecodeRow> rowsOf(std::span<const DecodeInput> inputs, bool everyToken)
    {
        std::vector<DecodeRow> rows;
        std::vector<bool> seen(m_positions.size(), false);
        m_topCount = 0;
        for (const DecodeInput& input : inputs) {
            check(input, seen);
            const std::int64_t begin = positions(input.sequence);
            const auto count = static_cast<std::int64_t>(input.tokens.size());
            for (std::int64_t i = 0; i < count; ++i) {
                rows.push_back({.sequence = input.sequence,
                                .position = begin + i,
                                .token = input.tokens[static_cast<std::size_t>(i)],
                                .top = everyToken || i + 1 == count ? m_topCount++ : -1});
            }
        }
        return rows;
    }

    void check(const DecodeInput& input, std::vector<bool>& seen) const
    {
        const auto sequence = static_cast<std::size_t>(input.sequence);
        if (input.sequence < 0 || sequence >= seen.size() || seen[sequence] ||
            input.tokens.empty()) {
            throw Error(ErrorCode::Internal,
                        "Sequence " + std::to_string(input.sequence) + " of " +
                            std::to_string(seen.size()) + " is to grow by " +
                            std::to_string(input.tokens.size()) +
                            " tokens; each may be named once, with one token at least.");
        }
        seen[sequence] = true;
        for (const std::int32_t token : input.tokens) {
            if (token < 0 || token >= m_step.model().config().vocabSize) {
                throw Error(ErrorCode::InvalidInput,
                            "Token id " + std::to_string(token) + ", the model knows 0 to " +
                                std::to_string(m_step.model().config().vocabSize - 1) +
                                ". Use tokens made with this model's tokenizer.");
            }
        }
        const auto wanted = m_positions[sequence] + static_cast<std::int64_t>(input.tokens.size());
        if (wanted > m_step.capacity()) {
            throw Error(ErrorCode::InvalidInput, "A sequence of " + std::to_string(wanted) +
                                                     " tokens; there is room for " +
                                                     std::to_string(m_step.capacity()) + ".");
        }
    }

    DecodeStep m_step;
    std::vector<std::int64_t> m_positions; // of each sequence so far
    int m_threads;
    std::int64_t m_topCount = 0;
    std::vector<float> m_logits;
};

DecodeLoop::DecodeLoop(std::shared_ptr<const DecodeModel> model, std::int64_t sequences,
                       std::int64_t capacity, int threads)
    : m_impl(std::make_unique<Impl>(std::move(model), sequences, capacity, threads))
{
}

DecodeLoop::~DecodeLoop() = default;

const DecodeModel& DecodeLoop::model() const
{
    return m_impl->model();
}

std::int64_t DecodeLoop::positions(std::int64_t sequence) const
{
    return m_impl->positions(sequence);
}

std::vector<Largest> DecodeLoop::greedy(std::span<const DecodeInput> inputs)
{
    // A list of its own for every member: they are merged when the step is over.
    std::vector<std::vector<Largest>> found(static_cast<std::size_t>(m_impl->threads()),
                                            std::vector<Largest>(inputs.size()));
    m_impl->run(inputs, false, [&](int member) {
        return ProductResult{.epilogue = Epilogue::Largest,
                             .largest = found[static_cast<std::size_t>(member)].data()};
    });
    std::vector<Largest> result(inputs.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        for (const auto& ofMember : found) {
            result[i] = larger(result[i], ofMember[i]);
        }
        requireFinite(result[i].value);
    }
    return result;
}

std::span<const float> DecodeLoop::logits(std::span<const DecodeInput> inputs)
{
    return m_impl->logits(inputs, false);
}

std::span<const float> DecodeLoop::allLogits(std::span<const DecodeInput> inputs)
{
    return m_impl->logits(inputs, true);
}

} // namespace espalier
