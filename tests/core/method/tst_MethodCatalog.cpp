// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/MethodCatalog.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cstdlib>
#include <dlfcn.h>

using namespace espalier;

namespace {

Path builtMethods()
{
    return Path(std::getenv("ESPALIER_TEST_BINARY_DIR")) / "lib" / "espalier" / "methods";
}

std::string reasonOf(const MethodCatalog& catalog, const std::string& file)
{
    for (const PluginRecord& plugin : catalog.plugins()) {
        if (plugin.file.filename() == file) {
            return plugin.reason;
        }
    }
    return "not looked at";
}

} // namespace

TEST(loadsTheMethodsOfAFolder)
{
    const MethodCatalog catalog({builtMethods()});
    VERIFY(catalog.find("prune-wanda") != nullptr);
    const std::string title = catalog.require("prune-wanda").info().title;
    COMPARE(title, "Wanda");
    for (const Method* method : catalog.methods()) {
        for (const ParamSpec& spec : method->params()) {
            VERIFY2(!spec.help.empty(), method->info().id + ": " + spec.key + " has no help");
            VERIFY2(!spec.label.empty(), method->info().id + ": " + spec.key + " has no label");
        }
        VERIFY(!method->info().paper.empty());
        VERIFY(!method->expectation({.family = "llama"}, completed({}, method->params())).empty());
    }
}

TEST(refusesWhatIsNoLibraryWithTheLoadersReason)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "notes.so", "this is text");
    const MethodCatalog catalog({folder.path()});
    const std::string reason = reasonOf(catalog, "notes.so");
    VERIFY2(reason.find("cannot be opened") != std::string::npos, reason);
    COMPARE(catalog.methods().size(), std::size_t{0});
}

TEST(refusesALibraryThatIsNoMethod)
{
    const test::TempFolder folder;
    Dl_info info{};
    VERIFY(dladdr(reinterpret_cast<void*>(&nearest), &info) != 0);
    std::filesystem::create_symlink(info.dli_fname, folder.path() / "records.so");
    const MethodCatalog catalog({folder.path()});
    const std::string reason = reasonOf(catalog, "records.so");
    VERIFY2(reason.find("espalier_plugin") != std::string::npos, reason);
}

TEST(aSecondMethodOfOneNameIsRefused)
{
    const test::TempFolder folder;
    std::filesystem::copy_file(builtMethods() / "prune-wanda.so", folder.path() / "again.so");
    const MethodCatalog catalog({builtMethods(), folder.path()});
    const std::string reason = reasonOf(catalog, "again.so");
    VERIFY2(reason.find("already loaded") != std::string::npos, reason);
}

TEST(anUnknownMethodGetsTheNearestName)
{
    const MethodCatalog catalog({builtMethods()});
    VERIFY_FAILS(catalog.require("prune-wonda"), ErrorCode::NotFound, "Did you mean prune-wanda?");
}

TEST(missingFoldersAreNoError)
{
    const MethodCatalog catalog({"/nowhere/at/all"});
    COMPARE(catalog.plugins().size(), std::size_t{0});
}
