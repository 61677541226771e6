// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Path.h"
#include "tests/support/Test.h"

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

// Who may include whom: scans the includes of every source file. The rules are those of
// core/README.md.

using namespace espalier;

namespace {

struct Include {
    std::string file; // relative to the root
    std::string target;
};

std::vector<Include> includesUnder(const std::string& folder)
{
    static const std::regex pattern("#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
    const Path root = SOURCE_ROOT;
    std::vector<Include> found;
    if (!std::filesystem::exists(root / folder)) {
        return found;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp" && extension != ".in") {
            continue;
        }
        const std::string text = readFile(entry.path());
        for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
             ++match) {
            found.push_back({std::filesystem::relative(entry.path(), root).string(), (*match)[1]});
        }
    }
    return found;
}

bool isQt(const std::string& target)
{
    return target.size() > 1 && target[0] == 'Q' &&
           std::isupper(static_cast<unsigned char>(target[1])) != 0;
}

bool isTorch(const std::string& target)
{
    return target.starts_with("torch/") || target.starts_with("ATen/") ||
           target.starts_with("c10/");
}

bool startsWithAny(const std::string& text, const std::vector<std::string>& prefixes)
{
    return std::ranges::any_of(prefixes,
                               [&](const std::string& prefix) { return text.starts_with(prefix); });
}

const std::vector<std::string> kRecords{"core/base/",  "core/params/",   "core/run/",
                                        "core/store/", "core/analysis/", "core/report/"};

std::string listOf(const std::vector<Include>& wrong)
{
    std::string text;
    for (const Include& include : wrong) {
        text += "\n  " + include.file + " includes " + include.target;
    }
    return text;
}

/// No include under `folder` may satisfy `forbidden`.
template <class Forbidden>
void verifyNone(const std::string& folder, Forbidden forbidden)
{
    const std::vector<Include> includes = includesUnder(folder);
    VERIFY2(!includes.empty(), "no source files under " + folder);
    std::vector<Include> wrong;
    std::ranges::copy_if(includes, std::back_inserter(wrong), forbidden);
    VERIFY2(wrong.empty(), listOf(wrong));
}

} // namespace

TEST(coreSeesNoQt)
{
    verifyNone("core", [](const Include& include) { return isQt(include.target); });
}

TEST(recordsSeeNoTorchAndNoEngine)
{
    for (const std::string& folder : kRecords) {
        verifyNone(folder, [](const Include& include) {
            const bool ownProject = include.target.starts_with("core/");
            const bool precompiledAnchor = include.file == "core/base/TorchPrecompiled.cpp";
            return !precompiledAnchor && (isTorch(include.target) ||
                                          (ownProject && !startsWithAny(include.target, kRecords)));
        });
    }
}

TEST(onlyTheStoreSpeaksSql)
{
    verifyNone("core", [](const Include& include) {
        return include.target == "sqlite3.h" && !include.file.starts_with("core/store/");
    });
}

TEST(pluginsSeeOnlyCore)
{
    verifyNone("plugins", [](const Include& include) {
        const std::string& target = include.target;
        return isQt(target) || target == "sqlite3.h" || target.starts_with("core/store/") ||
               target.starts_with("core/jobs/") || target.starts_with("app/") ||
               target.starts_with("widgets/") ||
               (target.starts_with("plugins/") &&
                !target.starts_with(
                    include.file.substr(0, include.file.find('/', sizeof("plugins/")))));
    });
}

TEST(widgetsSeeOnlyValues)
{
    if (!std::filesystem::exists(Path(SOURCE_ROOT) / "widgets" / "form")) {
        SKIP("no widgets in this tree");
    }
    verifyNone("widgets", [](const Include& include) {
        const std::string& target = include.target;
        const bool engine = target.starts_with("core/") && !startsWithAny(target, kRecords) &&
                            target != "core/method/MethodInfo.h";
        return isTorch(target) || engine || target.starts_with("core/store/") ||
               target.starts_with("app/");
    });
}

TEST(appSeesNoTorch)
{
    verifyNone("app", [](const Include& include) { return isTorch(include.target); });
}

TEST(headersForTheWindowAreFreeOfTorch)
{
    for (const std::string file :
         {"core/jobs/JobQueue.h", "core/jobs/RunWorker.h", "core/method/MethodCatalog.h",
          "core/method/Method.h", "core/method/MethodInfo.h", "core/model/ModelConfig.h"}) {
        const std::string text = readFile(Path(SOURCE_ROOT) / file);
        VERIFY2(text.find("torch/") == std::string::npos, file);
    }
}
