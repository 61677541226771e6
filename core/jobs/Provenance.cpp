// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/Provenance.h"

#include "core/base/SeedStream.h"
#include "core/base/Sha256.h"
#include "core/checkpoint/GgufPath.h"
#include "core/method/BuildInfo.h"
#include "core/run/BuildRevision.h"

#include <ATen/Version.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace espalier {

namespace {

constexpr const char* kStoryByStory = "story by story, each with the tokens put around a text";
constexpr const char* kAtOnce = "the joined text at once";

std::string cpuModel()
{
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) {
            const auto colon = line.find(':');
            return colon == std::string::npos ? line : line.substr(colon + 2);
        }
    }
    return "unknown";
}

Json machine()
{
    utsname system{};
    ::uname(&system);

    struct sysinfo memory {};

    ::sysinfo(&memory);
    return {{"host", system.nodename},
            {"kernel", system.release},
            {"architecture", system.machine},
            {"cpu", cpuModel()},
            {"cores", std::thread::hardware_concurrency()},
            {"memory_bytes", static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit},
            {"cpu_capability", at::get_cpu_capability()}};
}

} // namespace

Json fileHash(const Path& file)
{
    return {{"sha256", sha256OfFile(file)}, {"bytes", std::filesystem::file_size(file)}};
}

Json provenanceOf(const RunSpec& spec)
{
    Json seeds = {{"run", spec.seed}};
    for (const char* stream : {"order", "calibration", "evaluation"}) {
        seeds[stream] = streamSeed(spec.seed, stream);
    }
    return {{"build",
             {{"version", ESPALIER_VERSION_TEXT},
              {"compiler", ESPALIER_COMPILER_TEXT},
              {"libtorch", ESPALIER_LIBTORCH_TEXT},
              {"revision", buildRevision()},
              {"id", ESPALIER_BUILD_ID}}},
            {"machine", machine()},
            {"threads", spec.threads},
            {"device", spec.device},
            {"command", commandLine(spec)},
            {"seeds", seeds},
            {"spec_fingerprint", fingerprint(spec)},
            {"process", ::getpid()}};
}

Json modelProvenance(const Path& folder)
{
    if (const auto gguf = ggufFileOf(folder)) {
        const Path file = std::filesystem::absolute(*gguf).lexically_normal();
        return {{"folder", file.parent_path().string()},
                {"files", {{file.filename().string(), fileHash(file)}}}};
    }
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".safetensors" || name == "config.json" ||
            name == "tokenizer.json") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    Json hashes = Json::object();
    for (const Path& file : files) {
        hashes[file.filename().string()] = fileHash(file);
    }
    return {{"folder", std::filesystem::absolute(folder).lexically_normal().string()},
            {"files", hashes}};
}

Json dataProvenance(const CalibrationSet& data)
{
    Json entry{{"source", data.source},
               {"fingerprint", data.fingerprint},
               {"text_fingerprint", data.textFingerprint},
               {"windows", data.tokens.size(0)},
               {"length", data.tokens.size(1)},
               {"seed", data.seed}};
    if (!data.textFingerprint.empty()) { // two ways make two token streams of one text
        entry["tokenised"] = data.source.starts_with("builtin:") ? kStoryByStory : kAtOnce;
    }
    const auto colon = data.source.find(':');
    const Path file = data.source.substr(colon + 1, data.source.find('#') - colon - 1);
    if (!data.source.starts_with("builtin:") && std::filesystem::is_regular_file(file)) {
        entry["file"] = fileHash(file);
        entry["file"]["path"] = std::filesystem::absolute(file).lexically_normal().string();
    }
    constexpr std::string_view kTokens = "tokens:";
    if (data.source.starts_with(kTokens)) {
        Path note = data.source.substr(kTokens.size());
        note += ".json";
        if (std::filesystem::exists(note)) {
            entry["origin"] = parseJson(readFile(note), note.string());
            entry["self_generated"] = entry["origin"].value("self_generated", false);
        }
    }
    return entry;
}

} // namespace espalier
