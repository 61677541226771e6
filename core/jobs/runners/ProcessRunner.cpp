// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/runners/Runner.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace espalier {

namespace {

Path requestFile(const Path& runFolder)
{
    return runFolder / "request";
}

/// Tells the worker through a file what the SIGTERM that follows means.
void ask(pid_t process, const Path& runFolder, StopRequest request)
{
    if (request == StopRequest::Stop) {
        writeFileAtomically(requestFile(runFolder), "stop");
    } else if (request == StopRequest::Pause) {
        writeFileAtomically(requestFile(runFolder), "pause");
    }
    ::kill(process, SIGTERM);
}

class SpawnAttributes {
public:
    explicit SpawnAttributes(const Path& log)
    {
        posix_spawnattr_init(&m_attributes);
        const int flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        posix_spawnattr_setflags(&m_attributes, static_cast<short>(flags));
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        posix_spawnattr_setsigdefault(&m_attributes, &signals);
        // A request that comes while the worker still loads its libraries waits until it listens.
        posix_spawnattr_setsigmask(&m_attributes, &signals);
        posix_spawn_file_actions_init(&m_actions);
        posix_spawn_file_actions_addopen(&m_actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&m_actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                         0644);
        posix_spawn_file_actions_adddup2(&m_actions, 1, 2);
    }

    ~SpawnAttributes()
    {
        posix_spawn_file_actions_destroy(&m_actions);
        posix_spawnattr_destroy(&m_attributes);
    }

    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;

    pid_t spawn(std::vector<std::string> arguments)
    {
        // Idle OpenMP threads would spin and take the other run's core; libgomp reads this before
        // it loads.
        std::vector<std::string> environment{"OMP_WAIT_POLICY=passive"};
        for (char** variable = environ; *variable != nullptr; ++variable) {
            if (!std::string_view(*variable).starts_with("OMP_WAIT_POLICY=")) {
                environment.emplace_back(*variable);
            }
        }
        std::vector<char*> argumentPointers = pointersTo(arguments);
        std::vector<char*> environmentPointers = pointersTo(environment);
        pid_t process = 0;
        const int reason =
            posix_spawn(&process, arguments.front().c_str(), &m_actions, &m_attributes,
                        argumentPointers.data(), environmentPointers.data());
        if (reason != 0) {
            throw Error(ErrorCode::Io, "Cannot start the worker " + arguments.front() + ": " +
                                           std::strerror(reason) + ".");
        }
        return process;
    }

private:
    static std::vector<char*> pointersTo(std::vector<std::string>& texts)
    {
        std::vector<char*> pointers;
        for (std::string& text : texts) {
            pointers.push_back(text.data());
        }
        pointers.push_back(nullptr);
        return pointers;
    }

    posix_spawnattr_t m_attributes{};
    posix_spawn_file_actions_t m_actions{};
};

class ProcessRun : public ActiveRun {
public:
    ProcessRun(pid_t process, Path runFolder)
        : m_process(process)
        , m_descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)))
        , m_runFolder(std::move(runFolder))
    {
    }

    ~ProcessRun() override
    {
        if (m_descriptor >= 0) {
            ::close(m_descriptor);
        }
    }

    void request(StopRequest request) override { ask(m_process, m_runFolder, request); }

    bool waitFor(int milliseconds) override
    {
        if (m_reaped) {
            return true;
        }
        if (m_descriptor >= 0) {
            pollfd event{m_descriptor, POLLIN, 0};
            if (::poll(&event, 1, milliseconds) <= 0) {
                return false;
            }
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        }
        int status = 0;
        if (::waitpid(m_process, &status, WNOHANG) != m_process) {
            return false;
        }
        m_reaped = true;
        if (WIFSIGNALED(status)) {
            const int signal = WTERMSIG(status);
            m_endedBy = "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
        } else if (WIFEXITED(status) && WEXITSTATUS(status) == kWorkerFailed) {
            m_endedBy = kJournalLost;
        } else if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
            m_endedBy = "exit code " + std::to_string(WEXITSTATUS(status));
        }
        return true;
    }

    std::string endedBy() const override { return m_endedBy; }

private:
    pid_t m_process;
    int m_descriptor;
    Path m_runFolder;
    bool m_reaped = false;
    std::string m_endedBy;
};

class FollowedRun : public ActiveRun {
public:
    explicit FollowedRun(Path runFolder)
        : m_runFolder(std::move(runFolder))
    {
    }

    void request(StopRequest request) override
    {
        const std::string text = readFile(m_runFolder / "worker.pid");
        ask(static_cast<pid_t>(std::stol(text)), m_runFolder, request);
    }

    bool waitFor(int milliseconds) override
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        return RunLock(RunLock::fileOf(m_runFolder)).isHeld();
    }

    std::string endedBy() const override { return "an unknown cause, while no window was open"; }

private:
    Path m_runFolder;
};

} // namespace

std::unique_ptr<ActiveRun> startProcess(const WorkerInputs& inputs, const ProcessOptions& options)
{
    std::error_code ignored;
    std::filesystem::remove(requestFile(inputs.folder), ignored);
    std::vector<std::string> arguments{options.program.string(),
                                       "worker",
                                       "--run-folder",
                                       inputs.folder.string(),
                                       "--builtin-data",
                                       options.builtinData.string(),
                                       "--resume",
                                       inputs.resume ? "auto" : "never"};
    for (const Path& folder : options.pluginFolders) {
        arguments.emplace_back("--plugins");
        arguments.push_back(folder.string());
    }
    const pid_t process = SpawnAttributes(inputs.folder / "log").spawn(arguments);
    try {
        writeFileAtomically(inputs.folder / "worker.pid", std::to_string(process));
    } catch (const Error&) {
        // Nobody could ask it to stop.
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
        throw;
    }
    return std::make_unique<ProcessRun>(process, inputs.folder);
}

std::unique_ptr<ActiveRun> followProcess(const Path& runFolder)
{
    return std::make_unique<FollowedRun>(runFolder);
}

StopRequest readRequest(const Path& runFolder)
{
    std::error_code ignored;
    if (!std::filesystem::exists(requestFile(runFolder), ignored)) {
        return StopRequest::Leave;
    }
    const std::string text = readFile(requestFile(runFolder));
    if (text == "stop") {
        return StopRequest::Stop;
    }
    return text == "pause" ? StopRequest::Pause : StopRequest::Leave;
}

} // namespace espalier
