// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/RunRecord.h"

#include "core/run/JsonFields.h"

#include <array>
#include <chrono>
#include <utility>

namespace espalier {

namespace {

constexpr std::array<std::pair<RunStatus, std::string_view>, 7> kStatuses{{
    {RunStatus::Waiting, "waiting"},
    {RunStatus::Running, "running"},
    {RunStatus::Paused, "paused"},
    {RunStatus::Succeeded, "succeeded"},
    {RunStatus::Failed, "failed"},
    {RunStatus::Cancelled, "cancelled"},
    {RunStatus::Interrupted, "interrupted"},
}};

constexpr std::array<std::pair<EventLevel, std::string_view>, 3> kLevels{{
    {EventLevel::Info, "info"},
    {EventLevel::Warning, "warning"},
    {EventLevel::Error, "error"},
}};

} // namespace

std::string_view nameOf(RunStatus status)
{
    for (const auto& [value, name] : kStatuses) {
        if (value == status) {
            return name;
        }
    }
    return "unknown";
}

std::optional<RunStatus> runStatusFromName(std::string_view name)
{
    for (const auto& [value, known] : kStatuses) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

bool isFinal(RunStatus status)
{
    return status == RunStatus::Succeeded || status == RunStatus::Failed ||
           status == RunStatus::Cancelled;
}

std::string_view nameOf(EventLevel level)
{
    for (const auto& [value, name] : kLevels) {
        if (value == level) {
            return name;
        }
    }
    return "info";
}

EventLevel eventLevelFromName(std::string_view name)
{
    for (const auto& [value, known] : kLevels) {
        if (known == name) {
            return value;
        }
    }
    return EventLevel::Info;
}

Json toJson(const RunProgress& progress)
{
    return {{"stage", progress.stage}, {"label", progress.label},
            {"done", progress.done},   {"total", progress.total},
            {"at", progress.atMs},     {"seconds_left", numberToJson(progress.secondsLeft)}};
}

RunProgress progressFromJson(const Json& object)
{
    const auto left = object.find("seconds_left");
    return {.stage = textIn(object, "stage"),
            .label = textIn(object, "label"),
            .done = integerIn(object, "done"),
            .total = integerIn(object, "total"),
            .atMs = integerIn(object, "at"),
            .secondsLeft = left != object.end() && left->is_number() ? left->get<double>() : -1};
}

Json toJson(const Artifact& artifact)
{
    return {{"kind", artifact.kind},
            {"path", artifact.path},
            {"sha256", artifact.sha256},
            {"bytes", artifact.bytes}};
}

Artifact artifactFromJson(const Json& object)
{
    return {.kind = textIn(object, "kind"),
            .path = textIn(object, "path"),
            .sha256 = textIn(object, "sha256"),
            .bytes = integerIn(object, "bytes")};
}

Json toJson(const Failure& failure)
{
    return {
        {"code", nameOf(failure.code)}, {"message", failure.message}, {"during", failure.during}};
}

Failure failureFromJson(const Json& object)
{
    return {.code = errorCodeFromName(textIn(object, "code")),
            .message = textIn(object, "message"),
            .during = textIn(object, "during")};
}

std::int64_t nowMs()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace espalier
