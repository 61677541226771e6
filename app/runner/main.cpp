// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Verb.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace {

/// Idle OpenMP threads spin by default and cost four times the time on a busy machine. libgomp
/// reads the variable while it loads, so the program has to be started once more with it.
void waitPassively(char** argv)
{
    if (std::getenv("OMP_WAIT_POLICY") == nullptr) {
        ::setenv("OMP_WAIT_POLICY", "passive", 1);
        ::execv("/proc/self/exe", argv); // returns only when it failed: then we go on as we are
    }
}

} // namespace

int main(int argc, char** argv)
{
    waitPassively(argv);
    const int code = espalier::cli::dispatch({argv + 1, argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) { // a full disk cuts the document
        std::fprintf(stderr,
                     "espalier-run: the output could not be written. Free space, or send it "
                     "elsewhere.\n");
        return code == espalier::cli::Done ? espalier::cli::RunFailed : code;
    }
    return code;
}
