// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "tests/support/Fixtures.h"
#include "tests/support/Process.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <string>
#include <vector>

namespace espalier::test {

using Words = std::vector<std::string>;

inline std::string demoModel()
{
    return (demoFolder() / "stories260k").string();
}

inline Words operator+(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// The one JSON document on stdout, and nothing else there.
inline Json documentIn(const ProcessResult& result)
{
    const Json document = Json::parse(result.out, nullptr, false);
    VERIFY2(!document.is_discarded(), "not exactly one JSON document: " + result.text());
    return document;
}

/// Runs espalier-run with --json; it must end with `exitCode`.
inline Json jsonOf(const Words& words, int exitCode = 0)
{
    const ProcessResult result = espalierRun(words + Words{"--json"});
    VERIFY2(result.exitCode == exitCode, result.text());
    return documentIn(result);
}

/// The command is refused or fails with this code and one sentence on stderr that has all `parts`;
/// with --json the same sentence is in the document.
inline void verifyRefused(const Words& words, int exitCode, const std::vector<std::string>& parts,
                          const Process::Environment& environment = {})
{
    const ProcessResult result = espalierRun(words, environment);
    VERIFY2(result.exitCode == exitCode, result.text());
    VERIFY2(result.err.starts_with("espalier-run: "), result.text());
    VERIFY2(result.err.ends_with(".\n") || result.err.ends_with("?\n"), result.text());
    for (const std::string& part : parts) {
        VERIFY2(contains(result.err, part), part + " is not in: " + result.text());
    }
}

/// The workspace opens, is sound, and holds nothing under a final name that is not finished.
inline void verifySound(const std::string& workspace)
{
    COMPARE(jsonOf({"store", "check", "--workspace", workspace})["findings"].size(), 0U);
    const Json runs = jsonOf({"runs", "list", "--workspace", workspace})["runs"];
    for (const Json& run : runs) {
        const Path folder = Path(workspace) / "runs" / run["id"].get<std::string>();
        VERIFY2(run["status"] == "succeeded" || !std::filesystem::exists(folder / "export"),
                folder.string());
    }
}

/// `apply` gets as far as a run or not even there: either way this code and a sentence with all
/// `parts`, on stderr and in the document.
inline void verifyRunFails(const Words& words, const std::string& workspace, int exitCode,
                           const std::vector<std::string>& parts)
{
    const ProcessResult result = espalierRun(words + Words{"--json"});
    VERIFY2(result.exitCode == exitCode, result.text());
    VERIFY2(result.err.starts_with("espalier-run: ") && result.err.ends_with(".\n"), result.text());
    const Json document = documentIn(result);
    const bool ran = document.contains("failure");
    VERIFY2(ran || document.contains("error"), result.text());
    const std::string message = document[ran ? "failure" : "error"]["message"].get<std::string>();
    for (const std::string& part : parts) {
        VERIFY2(contains(result.err, part) && contains(message, part),
                part + " is not in: " + result.text());
    }
    verifySound(workspace);
}

/// What `apply` needs for a few seconds on the demo model.
inline Words smallRun(const std::string& workspace)
{
    return {"--calibration", "builtin:tinystories",
            "--length",      "64",
            "--samples",     "8",
            "--windows",     "4",
            "--evaluate",    "perplexity:builtin:tinystories",
            "--threads",     "1",
            "--seed",        "7",
            "--workspace",   workspace};
}

inline Words applied(const std::string& method, const std::string& workspace,
                     const Words& more = {})
{
    return Words{"apply", method, "--model", demoModel()} + smallRun(workspace) + more;
}

/// What distil-logits needs on top of that.
inline Words smallDistillation(const std::string& steps)
{
    return {"--teacher", demoModel(),       "--blocks", "0,2,4",   "--steps",
            steps,       "--learning_rate", "0.001",    "--batch", "2"};
}

} // namespace espalier::test
