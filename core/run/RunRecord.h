// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// interrupted: the row said running, but its worker is gone.
enum class RunStatus { Waiting = 1, Running, Paused, Succeeded, Failed, Cancelled, Interrupted };

ESPALIER_API std::string_view nameOf(RunStatus status);
ESPALIER_API std::optional<RunStatus> runStatusFromName(std::string_view name);
/// Succeeded, failed or cancelled: no worker will touch it again unless somebody retries it.
ESPALIER_API bool isFinal(RunStatus status);

struct RunProgress {
    std::string stage = {}; // "calibrate", "compress", "recover", "evaluate", "export", "load"
    std::string label = {}; // "Compressing block 3/24"
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::int64_t atMs = 0;
    double secondsLeft = -1; // in this stage; negative: unknown

    bool operator==(const RunProgress&) const = default;
};

enum class EventLevel { Info = 1, Warning, Error };

ESPALIER_API std::string_view nameOf(EventLevel level);

struct RunEvent {
    EventLevel level = EventLevel::Info;
    std::string text = {};
    std::int64_t atMs = 0;

    bool operator==(const RunEvent&) const = default;
};

/// A file or folder a run produced.
struct Artifact {
    std::string kind = {}; // "model", "certificate", "checkpoint", "log"
    std::string path = {}; // as ArtifactPath.h stores it: relative inside the workspace
    std::string sha256 = {};
    std::int64_t bytes = 0;

    bool operator==(const Artifact&) const = default;
};

struct RunRecord {
    RunId id = RunId::None;
    RunId parent = RunId::None; // the study it belongs to
    RunSpec spec = {};
    std::int64_t methodVersion = 0;
    bool isStudy = false;
    RunStatus status = RunStatus::Waiting;
    std::optional<Failure> failure = {};
    Json provenance = Json::object();
    std::int64_t createdMs = 0, startedMs = 0, endedMs = 0; // 0: not yet
    std::optional<RunProgress> progress = {};
    std::vector<Artifact> artifacts = {};
    std::vector<std::string> tags = {};
    std::string note = {};
    double order = 0.0; // queue position among equals of priority
};

/// As journals and --json write them; the readers take missing keys for defaults.
ESPALIER_API Json toJson(const RunProgress& progress);
ESPALIER_API RunProgress progressFromJson(const Json& object);
ESPALIER_API Json toJson(const Artifact& artifact);
ESPALIER_API Artifact artifactFromJson(const Json& object);
ESPALIER_API Json toJson(const Failure& failure);
ESPALIER_API Failure failureFromJson(const Json& object);
/// Info for a name nobody knows.
ESPALIER_API EventLevel eventLevelFromName(std::string_view name);

/// Unix time in milliseconds.
ESPALIER_API std::int64_t nowMs();

} // namespace espalier
