// SPDX-License-Identifier: GPL-3.0-or-later

// Log-likelihoods of many short sequences. What the members of a group share goes through a block
// once, with a cache of its keys and values that every member continues from; the cache of a block
// is dropped before the next block, so that its memory does not grow with the depth.

#include "core/eval/SequenceScores.h"

#include "core/base/Error.h"
#include "core/eval/HeadLoss.h"
#include "core/eval/SequencePlan.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>

namespace espalier {

namespace {

constexpr std::int64_t kPassBytes = std::int64_t{64} << 20; // hidden states between two blocks

void checkSequence(const ScoreSequence& sequence, std::size_t number, const ModelConfig& config)
{
    const std::string name = "Sequence " + std::to_string(number + 1);
    const auto count = static_cast<std::int64_t>(sequence.tokens.size());
    if (sequence.firstScored < 1 || sequence.firstScored >= count) {
        throw Error(ErrorCode::InvalidInput, name + " has " + std::to_string(count) +
                                                 " tokens, to be predicted from token " +
                                                 std::to_string(sequence.firstScored) +
                                                 " on: there has to be one before it, and itself.");
    }
    if (inputLength(sequence) > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput, name + " puts " +
                                                 std::to_string(inputLength(sequence)) +
                                                 " tokens before the model, whose context holds " +
                                                 std::to_string(config.maxPositions) + ".");
    }
    const auto [lowest, highest] = std::ranges::minmax(sequence.tokens);
    if (lowest < 0 || highest >= config.vocabSize) {
        throw Error(ErrorCode::InvalidInput,
                    name + " holds token id " + std::to_string(lowest < 0 ? lowest : highest) +
                        ", the model knows 0 to " + std::to_string(config.vocabSize - 1) +
                        ". Use tokens made with this model's tokenizer.");
    }
}

/// A batch on its way through the blocks.
struct Travelling {
    Tensor prefix = {};    // [units x prefix x hiddenSize]; undefined: none shared
    Tensor suffix = {};    // [rows x suffix x hiddenSize]
    Tensor unitOfRow = {}; // int64
};

struct RowPlace {
    const ScoreSequence* sequence = nullptr;
    std::int64_t unit = 0;
};

std::vector<RowPlace> rowsOf(const SequenceBatch& batch, const std::vector<SequenceGroup>& groups)
{
    std::vector<RowPlace> rows;
    for (std::size_t u = 0; u < batch.units.size(); ++u) {
        for (const std::size_t member : batch.units[u].members) {
            rows.push_back(
                {&groups[batch.units[u].group].members[member], static_cast<std::int64_t>(u)});
        }
    }
    return rows;
}

/// Embeds whole rows, so that learned positions are those of the whole sequence.
Travelling embedded(const CausalLM& model, const SequenceBatch& batch,
                    const std::vector<RowPlace>& rows)
{
    const std::int64_t length = batch.prefix + batch.suffix;
    Tensor tokens = at::zeros({static_cast<std::int64_t>(rows.size()), length}, at::kLong);
    auto* out = tokens.data_ptr<std::int64_t>();
    std::vector<std::int64_t> units;
    std::vector<std::int64_t> firstRows;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::copy_n(rows[r].sequence->tokens.begin(), inputLength(*rows[r].sequence),
                    out + static_cast<std::int64_t>(r) * length);
        if (units.empty() || units.back() != rows[r].unit) {
            firstRows.push_back(static_cast<std::int64_t>(r));
        }
        units.push_back(rows[r].unit);
    }
    const Tensor hidden = model.embed(tokens);
    Travelling travelling{.suffix = hidden.narrow(1, batch.prefix, batch.suffix).contiguous(),
                          .unitOfRow = at::tensor(units).to(hidden.device())};
    if (batch.prefix > 0) {
        const Tensor first = at::tensor(firstRows).to(hidden.device());
        travelling.prefix = hidden.narrow(1, 0, batch.prefix).index_select(0, first).contiguous();
    }
    return travelling;
}

void throughBlock(Block& block, std::int64_t index, const SequenceBatch& batch,
                  Travelling& travelling)
{
    if (batch.prefix == 0) {
        travelling.suffix = block.forward(travelling.suffix, nullptr, index);
        return;
    }
    KvCache cache;
    travelling.prefix = block.forward(travelling.prefix, &cache, index);
    const auto place = static_cast<std::size_t>(index);
    cache.keys[place] = cache.keys[place].index_select(0, travelling.unitOfRow);
    cache.values[place] = cache.values[place].index_select(0, travelling.unitOfRow);
    cache.positions = batch.prefix;
    travelling.suffix = block.forward(travelling.suffix, &cache, index);
}

/// Where hidden state `position` of a row stands among the flattened states of its batch.
std::int64_t placeOf(const SequenceBatch& batch, std::int64_t row, std::int64_t unit,
                     std::int64_t position)
{
    if (position < batch.prefix) {
        return unit * batch.prefix + position;
    }
    const auto units = static_cast<std::int64_t>(batch.units.size());
    const std::int64_t prefixes = units * batch.prefix;
    return prefixes + row * batch.suffix + position - batch.prefix;
}

/// What the head sees at every predicted position of a batch, and what is predicted there.
struct ScoredRows {
    Tensor normed = {}; // [positions x width of the head]
    std::vector<std::int64_t> targets = {};
};

ScoredRows scoredRows(const CausalLM& model, const SequenceBatch& batch,
                      const std::vector<RowPlace>& rows, const Travelling& travelling)
{
    ScoredRows scored;
    std::vector<std::int64_t> places;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const ScoreSequence& sequence = *rows[r].sequence;
        for (std::int64_t t = sequence.firstScored; t <= inputLength(sequence); ++t) {
            places.push_back(placeOf(batch, static_cast<std::int64_t>(r), rows[r].unit, t - 1));
            scored.targets.push_back(sequence.tokens[static_cast<std::size_t>(t)]);
        }
    }
    const std::int64_t width = travelling.suffix.size(2);
    Tensor states = travelling.suffix.reshape({-1, width});
    if (travelling.prefix.defined()) {
        states = at::cat({travelling.prefix.reshape({-1, width}), states});
    }
    scored.normed = model.finalNorm(states.index_select(0, at::tensor(places).to(states.device())));
    return scored;
}

using LossPlace = std::vector<TokenLoss>::const_iterator;

SequenceScore scoreOf(const ScoreSequence& sequence, LossPlace& next)
{
    SequenceScore score;
    for (std::int64_t t = sequence.firstScored; t <= inputLength(sequence); ++t, ++next) {
        score.losses.push_back(next->loss);
        score.isGreedy = score.isGreedy && next->isGreedy;
    }
    return score;
}

/// How many batches from `first` on travel together.
std::size_t passEnd(const std::vector<SequenceBatch>& batches, std::size_t first,
                    std::int64_t hiddenSize)
{
    std::int64_t bytes = 0;
    std::size_t end = first;
    while (end < batches.size() && (end == first || bytes < kPassBytes)) {
        const std::int64_t positions =
            batches[end].rows * (batches[end].prefix + batches[end].suffix);
        bytes += positions * hiddenSize * static_cast<std::int64_t>(sizeof(float));
        ++end;
    }
    return end;
}

/// Scores of the sequences of a batch, whose losses follow each other from `next` on.
void keep(SequenceScores& result, const SequenceBatch& batch,
          const std::vector<SequenceGroup>& groups, LossPlace& next)
{
    for (const SequenceUnit& unit : batch.units) {
        for (const std::size_t member : unit.members) {
            SequenceScore score = scoreOf(groups[unit.group].members[member], next);
            const bool isNumber =
                std::ranges::all_of(score.losses, [](double loss) { return std::isfinite(loss); });
            if (!isNumber) {
                throw Error(ErrorCode::Numeric,
                            "The loss of sequence " + std::to_string(unit.group + 1) + " of " +
                                std::to_string(result.groups.size()) +
                                " is not a number: the model's weights or activations overflow "
                                "there.");
            }
            const ScoreSequence& sequence = groups[unit.group].members[member];
            result.padding += batch.suffix - (inputLength(sequence) - batch.prefix);
            result.groups[unit.group][member] = std::move(score);
        }
    }
    const auto units = static_cast<std::int64_t>(batch.units.size());
    result.computed += units * batch.prefix + batch.rows * batch.suffix;
}

/// Puts the batches [first, end) through every block and scores them.
void scorePass(CausalLM& model, const std::vector<SequenceGroup>& groups,
               std::span<const SequenceBatch> batches, SequenceScores& result,
               const std::function<void(std::int64_t block)>& afterBlock)
{
    model.prefetch(0);
    std::vector<std::vector<RowPlace>> rows;
    std::vector<Travelling> travelling;
    for (const SequenceBatch& batch : batches) {
        rows.push_back(rowsOf(batch, groups));
        travelling.push_back(embedded(model, batch, rows.back()));
    }
    for (std::int64_t i = 0; i < model.blocks(); ++i) {
        const CausalLM::Lease block = model.lease(i);
        if (i + 1 < model.blocks()) {
            model.prefetch(i + 1);
        }
        for (std::size_t b = 0; b < batches.size(); ++b) {
            throughBlock(*block, i, batches[b], travelling[b]);
        }
        afterBlock(i);
    }
    // One product with the head for all batches: its weights are read once.
    std::vector<Tensor> normed;
    std::vector<std::int64_t> targets;
    for (std::size_t b = 0; b < batches.size(); ++b) {
        ScoredRows scored = scoredRows(model, batches[b], rows[b], travelling[b]);
        travelling[b] = {};
        normed.push_back(std::move(scored.normed));
        targets.insert(targets.end(), scored.targets.begin(), scored.targets.end());
    }
    const std::vector<TokenLoss> losses =
        headTokenLosses(model, at::cat(normed), at::tensor(targets));
    LossPlace next = losses.begin();
    for (const SequenceBatch& batch : batches) {
        keep(result, batch, groups, next);
    }
}

} // namespace

double SequenceScore::logLikelihood() const
{
    return -std::accumulate(losses.begin(), losses.end(), 0.0);
}

SequenceScores scoreSequences(CausalLM& model, const std::vector<SequenceGroup>& groups,
                              std::int64_t batch, const StepFunction& step)
{
    if (batch < 1) {
        throw Error(ErrorCode::InvalidInput,
                    "A batch of " + std::to_string(batch) +
                        " sequences was asked for; it has to be 1 or more.");
    }
    SequenceScores result;
    std::int64_t total = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (const ScoreSequence& sequence : groups[g].members) {
            checkSequence(sequence, g, model.config());
            result.tokens += inputLength(sequence);
            ++total;
        }
        result.groups.emplace_back(groups[g].members.size());
    }
    const at::NoGradGuard noGrad;
    const std::vector<SequenceBatch> batches = planSequences(groups, batch);
    std::int64_t done = 0;
    step(0, total);
    for (std::size_t first = 0; first < batches.size();) {
        const std::size_t end = passEnd(batches, first, model.config().hiddenSize);
        std::int64_t rows = 0;
        for (std::size_t b = first; b < end; ++b) {
            rows += batches[b].rows;
        }
        scorePass(model, groups, std::span(batches).subspan(first, end - first), result,
                  [&](std::int64_t block) {
                      step(done + rows * (block + 1) / (model.blocks() + 1), total);
                  });
        done += rows;
        step(done, total);
        first = end;
    }
    return result;
}

} // namespace espalier
