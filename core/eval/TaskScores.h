// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/eval/Evaluation.h"
#include "core/eval/PerplexityProtocol.h"
#include "core/eval/PromptTokens.h"
#include "core/eval/TaskData.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What became of one question.
struct TaskAnswer {
    std::vector<double> logLikelihoods = {}; // of each request, nat
    std::vector<bool> isGreedy = {};
    bool isRight = false;         // acc
    bool isRightByLength = false; // acc_norm: per character of the choice
    bool isRightByBytes = false;  // acc_bytes: per byte
    double goldBytes = 0.0;       // of the right continuation, without the delimiter
};

/// "acc", "acc_norm", "acc_bytes", "bits_per_byte", "perplexity".
struct TaskMetric {
    std::string name = {};
    Estimate estimate = {};
    bool higherIsBetter = true;
};

struct TaskResult {
    std::string task = {};
    std::vector<TaskMetric> metrics = {};
    std::vector<TaskAnswer> answers = {};
    std::map<std::string, Estimate> groups = {}; // acc by phenomenon (BLiMP)
    std::map<std::string, std::int64_t> groupSizes = {};
    std::int64_t tokens = 0, computed = 0, padding = 0; // positions, see SequenceScores
};

/// acc: the likeliest choice is the right one (of equal ones the first); its standard error is
/// analytic. acc_norm divides by characters, as the harness does, and acc_bytes by bytes.
/// bits_per_byte: of the right answers, a ratio of sums, its error linearised. LAMBADA: acc is the
/// share of last words that greedy decoding gives, perplexity exp of the mean loss of a word, its
/// error by the delta method. `step` counts requests.
ESPALIER_API TaskResult scoreTask(CausalLM& model, const PromptTokens& prompts,
                                  const TaskForm& form, const TaskData& data, std::int64_t batch,
                                  const StepFunction& step);

/// The figures of answers alone; for tests and for answers read from a file.
ESPALIER_API TaskResult summarise(const TaskForm& form, const std::vector<TaskQuestion>& questions,
                                  std::vector<TaskAnswer> answers);

/// Figures, groups, positions.
ESPALIER_API Json toJson(const TaskResult& result);

} // namespace espalier
