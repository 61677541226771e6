// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Session.h"

#include "app/runner/Signals.h"
#include "core/base/FolderPath.h"

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace espalier::cli {

namespace {

constexpr auto kDrawInterval = std::chrono::milliseconds(150);

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

} // namespace

Path thisProgram()
{
    return std::filesystem::read_symlink("/proc/self/exe");
}

Path builtinDataFolder()
{
    return thisProgram().parent_path().parent_path() / "share" / "espalier" / "demo";
}

std::vector<Path> methodFolders()
{
    std::vector<Path> extra;
    const std::string list = environment("ESPALIER_PLUGIN_PATH");
    std::size_t begin = 0;
    while (begin < list.size()) {
        const std::size_t end = std::min(list.find(':', begin), list.size());
        if (end > begin) {
            extra.emplace_back(list.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return pluginFolders(extra);
}

Path workspaceOf(const Arguments& arguments)
{
    std::string folder = arguments.valueOr("workspace", environment("ESPALIER_WORKSPACE"));
    if (folder.empty()) {
        const std::string data = environment("XDG_DATA_HOME");
        const Path base =
            data.empty() ? Path(environment("HOME")) / ".local" / "share" : Path(data);
        folder = (base / "espalier" / "workspace").string();
    }
    // Journals name files in it; those names must not depend on where a program was started.
    return absoluteFolder(folder);
}

std::vector<OptionSpec> readerOptions()
{
    return {
        {"workspace", "DIR", "which workspace", false,
         "ESPALIER_WORKSPACE, or the user's data folder"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

std::vector<OptionSpec> sessionOptions()
{
    return {
        {"workspace", "DIR", "where rows and files go", false,
         "ESPALIER_WORKSPACE, or the user's data folder"},
        {"runner", "thread|process", "in this program, or each run in a child process", false,
         "process"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

/// Draws the running run's newest progress from the rows, like any other reader.
class Session::Observer : public RunObserver {
public:
    void runChanged(RunId run) override
    {
        const std::lock_guard lock(m_mutex);
        m_newest = run;
    }

    RunId newest()
    {
        const std::lock_guard lock(m_mutex);
        return m_newest;
    }

private:
    std::mutex m_mutex;
    RunId m_newest = RunId::None;
};

Session::Session(const Arguments& arguments, const MethodCatalog& methods)
    : m_workspace(workspaceOf(arguments))
    , m_observer(std::make_unique<Observer>())
{
    const std::string runner = arguments.valueOr("runner", "process");
    if (runner != "thread" && runner != "process") {
        throw UsageError("--runner is \"" + runner + "\"; it must be thread or process.");
    }
    m_store = std::make_unique<ExperimentStore>(m_workspace);
    m_queue = std::make_unique<JobQueue>(
        *m_store, methods, *m_observer,
        QueueOptions{.runner = runner == "thread" ? RunnerKind::Thread : RunnerKind::Process,
                     .workerProgram = thisProgram(),
                     .builtinData = builtinDataFolder(),
                     .pluginFolders = methodFolders()});
}

Session::~Session() = default;

bool Session::drain()
{
    const SignalWatch watch([this] { m_queue->leave(); });
    const std::jthread drawer([this](const std::stop_token& stop) { draw(stop); });
    m_queue->drain();
    return watch.arrived();
}

/// Progress is a courtesy: when the rows cannot be read, the queue says so, not this.
void Session::draw(const std::stop_token& stop) const
{
    try {
        const StoreReader reader(m_workspace);
        ProgressLine line;
        while (!stop.stop_requested()) {
            const RunId id = m_observer->newest();
            if (const auto record = id == RunId::None ? std::nullopt : reader.run(id);
                record && record->progress && record->status == RunStatus::Running) {
                line.show("Run " + toText(id) + " " + record->progress->label,
                          record->progress->done, record->progress->total,
                          record->progress->secondsLeft);
            }
            std::this_thread::sleep_for(kDrawInterval);
        }
    } catch (const Error&) {
        return;
    }
}

int exitCodeOf(const RunRecord& record)
{
    switch (record.status) {
    case RunStatus::Succeeded:
        return 0;
    case RunStatus::Failed:
        return record.failure ? exitCodeOf(record.failure->code) : 4;
    case RunStatus::Cancelled:
        return 5;
    default:
        return 75;
    }
}

} // namespace espalier::cli
