// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/RunSpec.h"

#include "core/base/Sha256.h"
#include "core/run/SpecReader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace espalier {

namespace {

constexpr std::array<std::pair<NumberType, std::string_view>, 3> kNumberTypes{{
    {NumberType::Float32, "fp32"},
    {NumberType::BFloat16, "bf16"},
    {NumberType::Float16, "fp16"},
}};

Json toJson(const DataSpec& data)
{
    return {{"source", data.source}, {"length", data.length}, {"windows", data.windows}};
}

} // namespace

std::string toText(RunId id)
{
    std::string digits = std::to_string(static_cast<std::int64_t>(id));
    return digits.size() < 4 ? std::string(4 - digits.size(), '0') + digits : digits;
}

std::optional<RunId> runIdFromText(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (reason != std::errc{} || end != text.data() + text.size() || number < 1) {
        return {};
    }
    return RunId{number};
}

std::string_view nameOf(NumberType type)
{
    for (const auto& [value, name] : kNumberTypes) {
        if (value == type) {
            return name;
        }
    }
    return "fp32";
}

std::optional<NumberType> numberTypeFromName(std::string_view name)
{
    for (const auto& [value, known] : kNumberTypes) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

Json toJson(const RunSpec& spec)
{
    Json object{
        {"title", spec.title},
        {"experiment", spec.experiment},
        {"method", spec.method},
        {"params", toJson(spec.params)},
        {"model", spec.model},
        {"teacher", spec.teacher},
        {"calibration", spec.calibration ? toJson(*spec.calibration) : Json(nullptr)},
        {"evaluations", Json::array()},
        {"exports", Json::array()},
        {"seed", spec.seed},
        {"threads", spec.threads},
        {"batch", spec.batch},
        {"dtype", nameOf(spec.dtype)},
        {"device", spec.device},
        {"priority", spec.priority},
        {"after", Json::array()},
    };
    for (const EvaluationSpec& evaluation : spec.evaluations) {
        object["evaluations"].push_back(
            {{"kind", evaluation.kind}, {"data", toJson(evaluation.data)}});
    }
    for (const ExportSpec& wanted : spec.exports) {
        object["exports"].push_back({{"format", wanted.format}, {"folder", wanted.folder}});
    }
    for (const RunId id : spec.after) {
        object["after"].push_back(static_cast<std::int64_t>(id));
    }
    return object;
}

RunSpec runSpecFromJson(const Json& object)
{
    return readSpec(object, [](const std::string&) { return "The run spec"; });
}

std::string fingerprint(const RunSpec& spec)
{
    Json object = toJson(spec);
    for (const char* key : {"title", "experiment", "priority", "after"}) {
        object.erase(key);
    }
    return sha256Of(compactText(object));
}

std::optional<RunId> runReference(std::string_view text)
{
    constexpr std::string_view kPrefix = "run:";
    return text.starts_with(kPrefix) ? runIdFromText(text.substr(kPrefix.size())) : std::nullopt;
}

EvaluationSpec evaluationFromText(std::string_view text)
{
    const std::size_t colon = text.find(':');
    EvaluationSpec evaluation{.kind = std::string(text.substr(0, colon))};
    if (colon != std::string_view::npos) {
        evaluation.data.source = text.substr(colon + 1);
    }
    return evaluation;
}

ExportSpec exportFromText(std::string_view text)
{
    const std::size_t colon = text.find(':');
    ExportSpec wanted{.format = std::string(text.substr(0, colon))};
    if (colon != std::string_view::npos) {
        wanted.folder = text.substr(colon + 1);
    }
    return wanted;
}

std::vector<RunId> dependencies(const RunSpec& spec)
{
    std::set<RunId> found(spec.after.begin(), spec.after.end());
    const auto add = [&](std::string_view text) {
        if (const auto id = runReference(text)) {
            found.insert(*id);
        }
    };
    add(spec.model);
    add(spec.teacher);
    for (const auto& [key, value] : spec.params) {
        if (const auto* text = std::get_if<std::string>(&value)) {
            add(*text);
        }
    }
    return {found.begin(), found.end()};
}

} // namespace espalier
