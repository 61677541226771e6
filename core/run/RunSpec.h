// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/params/Params.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A run's number in its workspace, from 1. Its folder is runs/0067.
enum class RunId : std::int64_t { None = 0 };

/// "0067"; four digits at least.
ESPALIER_API std::string toText(RunId id);
/// Accepts "67" and "0067"; nothing for other text.
ESPALIER_API std::optional<RunId> runIdFromText(std::string_view text);

enum class NumberType { Float32 = 1, BFloat16, Float16 };

/// "fp32", "bf16", "fp16".
ESPALIER_API std::string_view nameOf(NumberType type);
ESPALIER_API std::optional<NumberType> numberTypeFromName(std::string_view name);

/// Where tokens come from: `builtin:tinystories`, `text:FILE`, `jsonl:FILE#field`,
/// `tokens:FILE.i32`. `windows` windows of `length` tokens; 0 windows: all there are (evaluation).
struct DataSpec {
    std::string source = {};
    std::int64_t length = 0; // tokens per window; 0: the model's context length, 2048 at most
    std::int64_t windows = 0;

    bool operator==(const DataSpec&) const = default;
};

struct EvaluationSpec {
    std::string kind = {}; // "perplexity", "divergence", "speed", "footprint"
    DataSpec data = {};    // unused by speed and footprint

    bool operator==(const EvaluationSpec&) const = default;
};

struct ExportSpec {
    std::string format = "safetensors";
    std::string folder = {}; // empty: runs/<id>/export

    bool operator==(const ExportSpec&) const = default;
};

/// What was asked. Everything that can change a number is in here.
/// `model` and `teacher` are folders, or `run:ID`: the model that run exported.
struct RunSpec {
    std::string title = {};
    std::string experiment = {};
    std::string method = {}; // "none": evaluate and export the model as it is
    ParamValues params = {};
    std::string model = {};
    std::string teacher = {}; // empty: the method needs none
    std::optional<DataSpec> calibration = {};
    std::vector<EvaluationSpec> evaluations = {};
    std::vector<ExportSpec> exports = {};
    std::uint64_t seed = 0;
    std::int64_t threads = 0; // 0 is replaced by the machine's cores before the run is stored
    std::int64_t batch = 4; // sequences per forward pass; part of the spec because it changes bits
    NumberType dtype = NumberType::Float32; // weights and compute
    std::string device = "cpu";             // or "cuda:N"
    std::int64_t priority = 0;              // higher first
    std::vector<RunId> after =
        {}; // these must have succeeded first; those named in run:ID are implied

    bool operator==(const RunSpec&) const = default;
};

/// Stable keys; every key is written. fromJson accepts missing keys and refuses unknown ones by
/// name. What was once a parameter of a method and is a key of the run now (`batch` of
/// distill-logits) is read from either place.
ESPALIER_API Json toJson(const RunSpec& spec);
ESPALIER_API RunSpec runSpecFromJson(const Json& object);

/// SHA-256 of the spec without title, experiment, priority and after: equal for runs that must give
/// equal bits.
ESPALIER_API std::string fingerprint(const RunSpec& spec);

/// The id in "run:67"; nothing for other text.
ESPALIER_API std::optional<RunId> runReference(std::string_view text);

/// Short forms, as on the command line and in recipes: "speed", "perplexity:SOURCE" and
/// "safetensors:DIR".
ESPALIER_API EvaluationSpec evaluationFromText(std::string_view text);
ESPALIER_API ExportSpec exportFromText(std::string_view text);

/// The RunIds in `after` and in run:ID references (model, teacher, text parameters); each once,
/// ascending.
ESPALIER_API std::vector<RunId> dependencies(const RunSpec& spec);

/// "espalier-run apply prune-wanda --model ..." that repeats the run; arguments quoted for a shell.
/// What `apply` has no words for (windows that differ between evaluations, a parameter named like
/// an option of apply) comes as `espalier-run run /dev/stdin` with the recipe behind it.
ESPALIER_API std::string commandLine(const RunSpec& spec);

} // namespace espalier
