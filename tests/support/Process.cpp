// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace espalier::test {

namespace {

// Where a person's own workspace would get into a test.
constexpr std::string_view kDropped[] = {"ESPALIER_WORKSPACE", "ESPALIER_PLUGIN_PATH"};

std::vector<std::string> environmentOf(const Process::Environment& changes)
{
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        const std::string name(text.substr(0, text.find('=')));
        bool dropped = changes.contains(name);
        for (const std::string_view other : kDropped) {
            dropped = dropped || name == other;
        }
        if (!dropped) {
            all.emplace_back(text);
        }
    }
    for (const auto& [name, value] : changes) {
        all.push_back(name + "=" + value);
    }
    return all;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

Path binaryFolder()
{
    if (const char* folder = std::getenv("ESPALIER_TEST_BINARY_DIR")) {
        return folder;
    }
    // Started by hand: test programs are in tests/ of the build folder.
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

Path runnerProgram()
{
    return binaryFolder() / "bin" / "espalier-run";
}

std::string ProcessResult::text() const
{
    const std::string ending =
        signal != 0 ? "signal " + std::to_string(signal) : "exit code " + std::to_string(exitCode);
    return ending + "\nstdout: " + out + "\nstderr: " + err;
}

Process::Process(const std::vector<std::string>& command, const Environment& environment)
{
    start(command, environment);
}

Process::~Process()
{
    if (isRunning()) {
        send(SIGKILL);
        ::waitpid(m_id, &m_status, 0);
    }
}

void Process::start(std::vector<std::string> command, const Environment& environment)
{
    std::vector<std::string> variables = environmentOf(environment);
    const std::string out = (m_folder.path() / "out").string();
    const std::string err = (m_folder.path() / "err").string();
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int reason = ::posix_spawn(&m_id, command.front().c_str(), &files, nullptr,
                                     pointersTo(command).data(), pointersTo(variables).data());
    posix_spawn_file_actions_destroy(&files);
    if (reason != 0) {
        m_ended = true;
        throw std::runtime_error("cannot start " + command.front() + ": " + std::strerror(reason));
    }
}

bool Process::isRunning()
{
    if (!m_ended && ::waitpid(m_id, &m_status, WNOHANG) == m_id) {
        m_ended = true;
    }
    return !m_ended;
}

void Process::send(int signal) const
{
    if (!m_ended) { // else the number may belong to somebody else by now
        ::kill(m_id, signal);
    }
}

ProcessResult Process::wait(std::chrono::seconds limit)
{
    if (!waitUntil([this] { return !isRunning(); }, limit)) {
        throw std::runtime_error("a child program did not end within " +
                                 std::to_string(limit.count()) +
                                 " s; it said: " + readFile(m_folder.path() / "err"));
    }
    ProcessResult result{.out = readFile(m_folder.path() / "out"),
                         .err = readFile(m_folder.path() / "err")};
    if (WIFSIGNALED(m_status)) {
        result.signal = WTERMSIG(m_status);
    } else {
        result.exitCode = WEXITSTATUS(m_status);
    }
    return result;
}

ProcessResult espalierRun(const std::vector<std::string>& words,
                          const Process::Environment& environment)
{
    std::vector<std::string> command{runnerProgram().string()};
    command.insert(command.end(), words.begin(), words.end());
    return Process(command, environment).wait();
}

ProcessResult runCommand(const std::string& command)
{
    constexpr std::chrono::seconds kLimit{540}; // a build outside the tree takes its time
    return Process({"/bin/sh", "-c", command}).wait(kLimit);
}

std::string quoted(const std::string& text)
{
    std::string result = "'";
    for (const char letter : text) {
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return result + "'";
}

void pauseBriefly()
{
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

} // namespace espalier::test
