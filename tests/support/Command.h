// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>
#include <sys/wait.h>

namespace espalier::test {

struct CommandResult {
    int exitCode = -1;
    std::string output = {}; // stdout, and stderr where the command redirects it
};

/// Runs a shell command to its end.
inline CommandResult runCommand(const std::string& command)
{
    CommandResult result;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error("cannot start a shell");
    }
    char buffer[4096];
    while (const std::size_t bytes = std::fread(buffer, 1, sizeof buffer, pipe)) {
        result.output.append(buffer, bytes);
    }
    const int status = ::pclose(pipe);
    result.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

/// For use inside a shell command.
inline std::string quoted(const std::string& text)
{
    std::string result = "'";
    for (const char letter : text) {
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return result + "'";
}

} // namespace espalier::test
