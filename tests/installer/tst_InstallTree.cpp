// SPDX-License-Identifier: GPL-3.0-or-later

// The tree that `cmake --install` makes runs by itself: the build and libtorch are out of reach.

#include "core/base/Json.h"
#include "tests/core/store/PrivateMounts.h"
#include "tests/support/Process.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <regex>
#include <sstream>
#include <vector>

using namespace espalier;
using namespace espalier::test;

namespace {

const Path kPrefix = INSTALLED_PREFIX;
const Path kLibraries = kPrefix / LIBRARY_FOLDER / "espalier";

/// Nothing of the caller's environment reaches the command.
std::string inBareEnvironment(const std::string& command)
{
    return "env -i PATH=/usr/bin:/bin LC_ALL=C OMP_WAIT_POLICY=passive HOME=/nonexistent " +
           command;
}

std::vector<Path> binaries()
{
    std::vector<Path> files;
    for (const Path& folder : {kPrefix / "bin", kLibraries, kLibraries / "methods"}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.is_regular_file()) {
                files.push_back(entry.path());
            }
        }
    }
    return files;
}

bool isUnder(const std::string& path, const Path& folder)
{
    return path.starts_with(folder.string() + "/");
}

/// Where a library was found that is neither the system's nor the prefix's.
bool isForeign(const std::string& path)
{
    return !isUnder(path, kPrefix) &&
           (isUnder(path, BUILD_FOLDER) || isUnder(path, LIBTORCH_FOLDER));
}

/// Pruning, evaluation and export, from the prefix alone.
void verifyMethodRuns()
{
    const TempFolder workspace;
    const ProcessResult result = runCommand(inBareEnvironment(
        quoted((kPrefix / "bin/espalier-run").string()) + " apply prune-magnitude --model " +
        quoted((kPrefix / "share/espalier/demo/stories260k").string()) +
        " --sparsity 0.5 --threads 2 --evaluate perplexity:builtin:tinystories --length 64 "
        "--windows 4 --export safetensors --json --workspace " +
        quoted((workspace.path() / "workspace").string())));
    VERIFY2(result.exitCode == 0, result.out);
    const Json run = parseJson(result.out, "espalier-run apply");
    COMPARE(run["status"].get<std::string>(), std::string("succeeded"));
    COMPARE(run["linears"].size(), std::size_t{35}); // five blocks of seven
    for (const Json& linear : run["linears"]) {
        COMPARE(linear["sparsity"].get<double>(), 0.5);
    }
    VERIFY(run["perplexity"].get<double>() > 1);
}

} // namespace

TEST(programsLibrariesAndDataAreThere)
{
    for (const char* file :
         {"bin/espalier-run", "bin/espalier-bench", "share/espalier/demo/stories260k/config.json",
          "share/espalier/recipes/demo.yaml", "share/doc/espalier/LICENSE",
          "share/doc/espalier/copyright", "include/espalier/core/method/Method.h",
          "include/espalier/core/method/BuildInfo.h", "share/espalier/sdk/template/README.md"}) {
        VERIFY2(std::filesystem::exists(kPrefix / file), file);
    }
    for (const char* file : {"libespalier_records.so", "libespalier_engine.so", "libtorch_cpu.so",
                             "libc10.so", "methods/prune-magnitude.so", "methods/prune-wanda.so",
                             "methods/prune-sparsegpt.so", "methods/distill-logits.so"}) {
        VERIFY2(std::filesystem::exists(kLibraries / file), file);
    }
    for (const char* file : {"libtorch_python.so", "libtorch_cuda.so", "libtorch.so"}) {
        VERIFY2(!std::filesystem::exists(kLibraries / file), file);
    }
}

TEST(everyLibraryIsFoundInThePrefixOrTheSystem)
{
    const std::regex line("(\\S+) => (\\S+)( \\(|$|\\s)");
    for (const Path& file : binaries()) {
        const ProcessResult result = runCommand(inBareEnvironment("ldd " + quoted(file.string())));
        VERIFY2(result.out.find("not found") == std::string::npos,
                file.string() + ":\n" + result.out);
        std::istringstream lines(result.out);
        for (std::string text; std::getline(lines, text);) {
            std::smatch match;
            if (std::regex_search(text, match, line)) {
                VERIFY2(!isForeign(match[2]), file.string() + " takes " + text);
            }
        }
    }
}

TEST(pathsInsideLibrariesAreRelative)
{
    const std::regex path("R(?:UN)?PATH.*\\[(.*)\\]");
    int seen = 0;
    for (const Path& file : binaries()) {
        const ProcessResult result =
            runCommand(inBareEnvironment("readelf -d " + quoted(file.string())));
        std::smatch match;
        if (!std::regex_search(result.out, match, path)) {
            continue;
        }
        ++seen;
        std::istringstream parts(match[1]);
        for (std::string part; std::getline(parts, part, ':');) {
            VERIFY2(part.starts_with("$ORIGIN"), file.string() + " looks into " + part);
        }
    }
    VERIFY2(seen >= 5, "paths were read from " + std::to_string(seen) + " files only");
}

TEST(everyHeaderOfTheSdkFindsTheOthers)
{
    const std::regex include("#include \"(core/[^\"]+)\"");
    const Path root = kPrefix / "include" / "espalier";
    int headers = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) {
            continue;
        }
        ++headers;
        const std::string text = readFile(entry.path());
        for (std::sregex_iterator match(text.begin(), text.end(), include), end; match != end;
             ++match) {
            VERIFY2(std::filesystem::exists(root / (*match)[1].str()),
                    entry.path().string() + " includes " + (*match)[1].str());
        }
    }
    VERIFY(headers > 20);
    VERIFY2(!std::filesystem::exists(root / "core" / "store"), "methods must not see the store");
}

TEST(methodRunsWhileTheBuildIsOutOfReach)
{
    if (!enterPrivateMounts()) {
        verifyMethodRuns();
        SKIP("this system permits no private mounts, so the build stayed in place");
    }
    const Mounted programs = Mounted::smallDisk(Path(BUILD_FOLDER) / "bin", "64k");
    const Mounted libraries = Mounted::smallDisk(Path(BUILD_FOLDER) / "lib", "64k");
    const Mounted libtorch = Mounted::smallDisk(LIBTORCH_FOLDER, "64k");
    VERIFY(programs.works() && libraries.works() && libtorch.works());
    VERIFY(!std::filesystem::exists(Path(BUILD_FOLDER) / "lib" / "libespalier_engine.so"));
    VERIFY(!std::filesystem::exists(Path(LIBTORCH_FOLDER) / "lib"));
    verifyMethodRuns();
}
