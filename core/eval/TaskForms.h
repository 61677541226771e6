// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What the model is asked: the log-likelihood of `continuation` behind `context`.
struct TaskRequest {
    std::string context = {}, continuation = {};
};

/// One row of a task's data as lm-evaluation-harness asks it.
struct TaskQuestion {
    Json doc = {};
    std::vector<TaskRequest> requests = {}; // one a choice
    std::vector<std::string> choices = {};  // whose lengths acc_norm and acc_bytes divide by
    std::int64_t gold = 0;
    std::string target = {};  // what the samples file calls the target
    std::string example = {}; // question and right answer, for few-shot
    std::string group = {};   // the phenomenon (BLiMP); else empty
};

enum class TaskKind {
    Choice = 1, // the likeliest continuation is the answer
    LastWord    // one continuation: would greedy decoding give it (LAMBADA)
};

/// A task by the name it has in lm-evaluation-harness 0.4, whose prompts, white space and
/// preprocessing it follows. Rows are read in the form the data set is distributed in and in that
/// of its Hugging Face copy.
struct TaskForm {
    std::string_view name;
    std::string_view version; // of the harness's task file
    TaskKind kind;
    bool normalises;             // acc_norm and acc_bytes make sense: choices are continuations
    std::string_view fields;     // a row, for messages
    std::string_view labelField; // may come in FILE-labels.lst beside FILE.jsonl; or empty
    /// Throws InvalidInput: which field of `where` is missing or not what it should be.
    TaskQuestion (*read)(const Json& doc, const std::string& where);
};

/// blimp, boolq, piqa, hellaswag, winogrande, arc_easy, arc_challenge, openbookqa, lambada_openai,
/// lambada_standard.
ESPALIER_API const std::vector<TaskForm>& taskForms();
/// Throws InvalidInput with the list.
ESPALIER_API const TaskForm& taskForm(std::string_view name);

} // namespace espalier
