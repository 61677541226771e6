// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/Leftovers.h"

#include "core/base/Path.h"
#include "core/export/FolderSwap.h"
#include "core/jobs/SpareSpace.h"

#include <cerrno>
#include <charconv>
#include <signal.h>
#include <string_view>
#include <vector>

namespace espalier {

namespace {

bool isDigit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/// The process in "resume.json.tmp-4711-3", as writeFileAtomically() names its files; 0 for others.
int writerOf(std::string_view name)
{
    constexpr std::string_view kMark = ".tmp-";
    const auto mark = name.rfind(kMark);
    if (mark == std::string_view::npos || !isDigit(name.back())) {
        return 0;
    }
    const std::string_view digits = name.substr(mark + kMark.size());
    int process = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), process);
    return process;
}

/// The queue, too, writes into a run's folder: to ask its worker for something.
bool isOfQueue(std::string_view name)
{
    return name.starts_with("request.") || name.starts_with("worker.pid.");
}

bool isLeft(const std::string& name)
{
    const int process = writerOf(name);
    if (process > 0 && isOfQueue(name)) {
        return ::kill(process, 0) != 0 && errno == ESRCH;
    }
    return process > 0 || (name.starts_with(".") && name.find(".partial-") != std::string::npos);
}

void removeFrom(const Path& folder)
{
    std::vector<Path> left;
    std::error_code ignored; // what cannot be looked at stays; the run matters more
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (isLeft(entry.path().filename().string())) {
            left.push_back(entry.path());
        }
    }
    for (const Path& path : left) {
        std::filesystem::remove_all(path, ignored);
    }
}

int lastWorkerOf(const Path& runFolder)
{
    const Path file = runFolder / "worker.pid";
    std::error_code ignored;
    return std::filesystem::exists(file, ignored) ? std::atoi(readFile(file).c_str()) : 0;
}

} // namespace

void removeLeftovers(const Path& runFolder, const RunSpec& spec)
{
    removeFrom(runFolder);
    for (const char* part : {"blocks", "checkpoints"}) {
        removeFrom(runFolder / part);
    }
    SpareSpace::removeFrom(runFolder);
    for (const ExportSpec& wanted : spec.exports) {
        if (!wanted.folder.empty()) {
            removeUnfinished(wanted.folder, lastWorkerOf(runFolder));
        }
    }
}

void removeCheckpoints(const Path& runFolder)
{
    std::error_code ignored;
    for (const char* name : {"resume.json", "checkpoints", "blocks"}) {
        std::filesystem::remove_all(runFolder / name, ignored);
    }
}

} // namespace espalier
