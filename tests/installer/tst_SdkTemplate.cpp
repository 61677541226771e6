// SPDX-License-Identifier: GPL-3.0-or-later

// The template of the SDK, built outside the tree against an installed Espalier, is a method like
// any other; a library of another build is refused with its reason.

#include "core/base/Json.h"
#include "tests/support/Process.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <stdexcept>

using namespace espalier;
using namespace espalier::test;

namespace {

const Path kPrefix = INSTALLED_PREFIX;

/// The template, built once for all tests of this file.
class BuiltTemplate {
public:
    BuiltTemplate()
    {
        std::filesystem::copy(kPrefix / "share/espalier/sdk/template", source(),
                              std::filesystem::copy_options::recursive);
        const std::string cmake = quoted(CMAKE_PROGRAM);
        run(cmake + " -S " + quoted(source().string()) + " -B " + quoted(build().string()) +
            " -DCMAKE_PREFIX_PATH=" + quoted(kPrefix.string()) +
            " -DESPALIER_LIBTORCH=" LIBTORCH_FOLDER " -DCMAKE_CXX_COMPILER=" COMPILER);
        run(cmake + " --build " + quoted(build().string()));
    }

    Path source() const { return m_folder.path() / "template"; }

    Path build() const { return m_folder.path() / "build"; }

    Path library() const { return build() / "prune-random.so"; }

private:
    static void run(const std::string& command)
    {
        const ProcessResult result = runCommand(command + " 2>&1");
        if (result.exitCode != 0) {
            throw std::runtime_error(command + ":\n" + result.out);
        }
    }

    TempFolder m_folder;
};

const BuiltTemplate& builtTemplate()
{
    static const BuiltTemplate built;
    return built;
}

ProcessResult espalierRunWith(const Path& plugins, const std::string& words)
{
    return runCommand("env -i PATH=/usr/bin:/bin OMP_WAIT_POLICY=passive HOME=/nonexistent "
                      "ESPALIER_PLUGIN_PATH=" +
                      quoted(plugins.string()) + " " +
                      quoted((kPrefix / "bin/espalier-run").string()) + " " + words);
}

/// The weights that random pruning leaves at this seed.
std::string weightsAt(int seed)
{
    const TempFolder folder;
    const Path model = folder.path() / "model";
    const ProcessResult result = espalierRunWith(
        builtTemplate().build(),
        "apply prune-random --sparsity 0.25 --threads 1 --json --seed " + std::to_string(seed) +
            " --model " + quoted((kPrefix / "share/espalier/demo/stories260k").string()) +
            " --workspace " + quoted((folder.path() / "workspace").string()) +
            " --export safetensors:" + quoted(model.string()));
    VERIFY2(result.exitCode == 0, result.out);
    const Json run = parseJson(result.out, "espalier-run apply");
    VERIFY(run["linears"].size() == 35);
    for (const Json& linear : run["linears"]) {
        COMPARE(linear["sparsity"].get<double>(), 0.25);
    }
    return readFile(model / "model.safetensors");
}

/// The entry of `methods --json` about a file in `plugins`.
Json pluginEntry(const Path& plugins, const Path& file)
{
    const ProcessResult result = espalierRunWith(plugins, "methods --json");
    VERIFY2(result.exitCode == 0, result.out);
    const Json listed = parseJson(result.out, "espalier-run methods");
    for (const Json& plugin : listed["plugins"]) {
        if (Path(plugin["file"].get<std::string>()).filename() == file.filename() &&
            plugin["file"].get<std::string>().starts_with(
                std::filesystem::canonical(plugins).string())) {
            return plugin;
        }
    }
    return {};
}

} // namespace

TEST(templateIsListedAsAMethod)
{
    const BuiltTemplate& built = builtTemplate();
    const Json entry = pluginEntry(built.build(), built.library());
    VERIFY(entry.is_object());
    COMPARE(entry["id"].get<std::string>(), std::string("prune-random"));
    COMPARE(entry["reason"].get<std::string>(), std::string());
}

TEST(templateRunsAndDrawsByTheSeed)
{
    const std::string first = weightsAt(1);
    VERIFY(first == weightsAt(1));
    VERIFY(first != weightsAt(2));
}

TEST(libraryOfAnotherBuildIsRefusedWithItsReason)
{
    const TempFolder plugins;
    std::string bytes = readFile(builtTemplate().library());
    const std::string own = "espalier 0.", other = "espalier 9.";
    const auto at = bytes.find(own);
    VERIFY2(at != std::string::npos, "the library holds no build id");
    bytes.replace(at, own.size(), other);
    const Path file = plugins.path() / "prune-foreign.so";
    writeFileAtomically(file, bytes);

    const Json entry = pluginEntry(plugins.path(), file);
    VERIFY(entry.is_object());
    const std::string reason = entry["reason"].get<std::string>();
    VERIFY2(reason.find("was built for espalier 9.") != std::string::npos, reason);
    VERIFY2(reason.find("Rebuild it") != std::string::npos, reason);

    const ProcessResult table = espalierRunWith(plugins.path(), "methods");
    VERIFY2(table.out.find(reason) != std::string::npos, table.out);
    const ProcessResult applied = espalierRunWith(
        plugins.path(), "apply prune-foreign --model " +
                            quoted((kPrefix / "share/espalier/demo/stories260k").string()) +
                            " 2>&1");
    COMPARE(applied.exitCode, 3);
    VERIFY2(applied.out.find("was built for espalier 9.") != std::string::npos, applied.out);
}
