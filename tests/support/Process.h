// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "tests/support/TempFolder.h"

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace espalier::test {

/// The build folder: bin/, lib/ and share/ are in it.
Path binaryFolder();
/// bin/espalier-run
Path runnerProgram();

struct ProcessResult {
    int exitCode = -1; // -1: ended by a signal
    int signal = 0;
    std::string out = {};
    std::string err = {};

    /// For messages: how it ended and what it said.
    std::string text() const;
};

/// A child program with its output kept apart. The destructor kills what still runs.
class Process {
public:
    using Environment = std::map<std::string, std::string>;

    Process(const std::vector<std::string>& command, const Environment& environment = {});
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t id() const { return m_id; }

    bool isRunning();
    void send(int signal) const;
    /// Kills it and throws when it takes longer.
    ProcessResult wait(std::chrono::seconds limit = std::chrono::seconds(180));

private:
    void start(std::vector<std::string> command, const Environment& environment);

    TempFolder m_folder;
    pid_t m_id = 0;
    bool m_ended = false;
    int m_status = 0;
};

/// Runs espalier-run to its end.
ProcessResult espalierRun(const std::vector<std::string>& words,
                          const Process::Environment& environment = {});

/// Runs a shell command to its end.
ProcessResult runCommand(const std::string& command);
/// For use inside a shell command.
std::string quoted(const std::string& text);

void pauseBriefly();

/// Asks every few milliseconds; false when it is still not so after `limit`.
template <class Condition>
bool waitUntil(Condition&& condition, std::chrono::seconds limit = std::chrono::seconds(60))
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        pauseBriefly();
    }
    return true;
}

} // namespace espalier::test
