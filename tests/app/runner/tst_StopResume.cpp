// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/runner/RunnerFixture.h"

#include <csignal>

// Runs that are stopped, paused, interrupted, gone on with and deleted, from this and from other
// processes.

using namespace espalier;
using test::applied;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::Process;
using test::smallDistillation;
using test::Words;
using test::operator+;

namespace {

/// A distillation that goes on until it is stopped, with its first steps done.
class LongRun {
public:
    explicit LongRun(const std::string& workspace, const std::string& runner = "process")
        : m_process(Words{test::runnerProgram().string()} +
                    applied("distill-logits", workspace,
                            smallDistillation("100000") +
                                Words{"--runner", runner, "--json", "--checkpoint-every", "0"}))
    {
        const Path journal = Path(workspace) / "runs" / "0001" / "journal.jsonl";
        VERIFY(test::waitUntil([&] {
            std::error_code ignored;
            return std::filesystem::exists(journal, ignored) &&
                   contains(readFile(journal), "train/loss/total");
        }));
    }

    void send(int signal) { m_process.send(signal); }

    test::ProcessResult wait() { return m_process.wait(); }

private:
    Process m_process;
};

Path journalOf(const Path& workspace, const std::string& run)
{
    return workspace / "runs" / run / "journal.jsonl";
}

std::string statusOf(const Path& workspace, const std::string& run)
{
    return jsonOf({"runs", "show", run, "--workspace", workspace})["runs"][0]["status"];
}

/// `runs resume` in a process of its own goes on with the steps there are, and is then interrupted.
void verifyGoesOn(const Path& workspace)
{
    const Path journal = journalOf(workspace, "0001");
    const auto before = std::filesystem::file_size(journal);
    Process resumed(
        Words{test::runnerProgram().string(), "runs", "resume", "1", "--workspace", workspace});
    VERIFY(test::waitUntil([&] { return std::filesystem::file_size(journal) > before + 2000; }));
    resumed.send(SIGTERM);
    COMPARE(resumed.wait().exitCode, 75);
}

/// Sends a signal to the worker of run 1 itself.
void signalWorker(const Path& workspace, int signal)
{
    const std::string process = readFile(workspace / "runs" / "0001" / "worker.pid");
    VERIFY(::kill(static_cast<pid_t>(std::stol(process)), signal) == 0);
}

} // namespace

TEST(aStoppedRunEndsWithFive)
{
    const test::TempFolder folder;
    LongRun run(folder.path().string());
    const Json asked = jsonOf({"runs", "stop", "1", "--workspace", folder.path().string()});
    VERIFY(asked["stopping"].get<bool>());
    const auto result = run.wait();
    COMPARE(result.exitCode, 5);
    COMPARE(test::documentIn(result)["status"].get<std::string>(), "cancelled");
}

TEST(aTerminatedRunEndsWithSeventyFiveAndGoesOn)
{
    for (const std::string runner : {"process", "thread"}) {
        const test::TempFolder folder;
        const std::string workspace = folder.path().string();
        {
            LongRun run(workspace, runner);
            if (runner == "thread") {
                test::verifyRefused({"runs", "stop", "1", "--workspace", workspace}, 3,
                                    {"on a thread of the program that started it"});
            }
            run.send(runner == "thread" ? SIGINT : SIGTERM);
            const auto result = run.wait();
            VERIFY2(result.exitCode == 75, result.text());
            COMPARE(test::documentIn(result)["status"].get<std::string>(), "interrupted");
        }
        VERIFY(std::filesystem::exists(folder.path() / "runs" / "0001" / "checkpoints"));
        // The same again: the steps of before are kept, so the journal only grows.
        const auto journal = folder.path() / "runs" / "0001" / "journal.jsonl";
        const auto before = std::filesystem::file_size(journal);
        Process resumed(
            Words{test::runnerProgram().string(), "runs", "resume", "1", "--workspace", workspace});
        VERIFY(
            test::waitUntil([&] { return std::filesystem::file_size(journal) > before + 2000; }));
        resumed.send(SIGTERM);
        COMPARE(resumed.wait().exitCode, 75);
    }
}

TEST(signalsOfBothKindsEndBothRunnersAtTheNextStep)
{
    for (const int signal : {SIGINT, SIGTERM}) {
        for (const std::string runner : {"process", "thread"}) {
            const test::TempFolder folder;
            LongRun run(folder.path(), runner);
            run.send(signal);
            const auto result = run.wait();
            VERIFY2(result.exitCode == 75, runner + ": " + result.text());
            const Json document = test::documentIn(result);
            COMPARE(document["error"]["code"].get<std::string>(), "interrupted");
            VERIFY(std::filesystem::exists(folder.path() / "runs" / "0001" / "checkpoints"));
        }
    }
}

TEST(aPausedRunGoesOnFromAnotherProcess)
{
    const test::TempFolder folder;
    LongRun run(folder.path());
    writeFileAtomically(folder.path() / "runs" / "0001" / "request", "pause"); // as a window does
    signalWorker(folder.path(), SIGTERM);
    const auto result = run.wait();
    VERIFY2(result.exitCode == 75, result.text());
    COMPARE(test::documentIn(result)["status"].get<std::string>(), "paused");
    verifyGoesOn(folder.path());
}

TEST(aRunWhoseSessionWasKilledIsStoppedAndDeletedFromAnother)
{
    const test::TempFolder folder;
    const Path& workspace = folder.path();
    LongRun run(workspace);
    const Words remove{"runs", "delete", "1", "--workspace", workspace};
    test::verifyRefused(remove, 3, {"already open for writing by process"});
    run.send(SIGKILL);
    run.wait();
    COMPARE(statusOf(workspace, "1"), "running"); // its worker goes on
    test::verifyRefused(remove, 3, {"Run 0001 is running. Stop it first"});
    VERIFY(std::filesystem::exists(journalOf(workspace, "0001")));
    jsonOf({"runs", "stop", "1", "--workspace", workspace});
    VERIFY(test::waitUntil([&] {
        return contains(readFile(journalOf(workspace, "0001")), R"("status":"cancelled")");
    }));
    COMPARE(jsonOf(remove)["deleted"].get<int>(), 1);
    VERIFY(!std::filesystem::exists(workspace / "runs" / "0001"));
}

TEST(aRunWhoseWorkerWasKilledTooCanBeDeleted)
{
    const test::TempFolder folder;
    LongRun run(folder.path());
    run.send(SIGKILL);
    run.wait();
    signalWorker(folder.path(), SIGKILL);
    const Words stop{"runs", "stop", "1", "--workspace", folder.path()};
    VERIFY(test::waitUntil([&] { return espalierRun(stop).exitCode == 3; })); // nobody to ask
    COMPARE(jsonOf({"runs", "delete", "1", "--workspace", folder.path()})["deleted"].get<int>(), 1);
}

TEST(aRunThatWaitsIsCancelledWithoutAQueue)
{
    const test::TempFolder folder;
    const Path workspace = folder.path() / "w";
    writeFileAtomically(
        folder.path() / "two.yaml", "title: Two\ndefaults:\n  model: " + demoModel() + R"(
  threads: 1
runs:
  - name: endless
    method: distill-logits
    teacher: )" + demoModel() + R"(
    calibration: { source: "builtin:tinystories", length: 64, windows: 8 }
    params: { blocks: "0,2,4", steps: 100000, learning-rate: 0.001, batch: 2, checkpoint-every: 0 }
  - name: behind
    method: none
)");
    Process session(Words{test::runnerProgram().string(), "run",
                          (folder.path() / "two.yaml").string(), "--json", "--workspace",
                          workspace});
    VERIFY(test::waitUntil([&] {
        return std::filesystem::exists(journalOf(workspace, "0002")) &&
               contains(readFile(journalOf(workspace, "0002")), "train/loss/total");
    }));
    const Words stop{"runs", "stop", "3", "--workspace", workspace};
    test::verifyRefused(stop, 3, {"already open for writing by process"});
    session.send(SIGTERM);
    const auto ended = session.wait();
    VERIFY2(ended.exitCode == 75, ended.text());
    COMPARE(statusOf(workspace, "3"), "waiting");
    jsonOf(stop);
    COMPARE(statusOf(workspace, "3"), "cancelled");
    test::verifyRefused(stop, 3, {"Run 0003 is not running; it is cancelled"});
}

TEST(aDeletedRunIsGoneAndItsNumberIsNotUsedAgain)
{
    const test::TempFolder folder;
    const std::string workspace = folder.path().string();
    const Words none{"apply", "none", "--model", demoModel(), "--workspace", workspace};
    COMPARE(jsonOf(none)["id"].get<std::string>(), "0001");
    COMPARE(jsonOf({"runs", "delete", "1", "--workspace", workspace})["deleted"].get<int>(), 1);
    VERIFY(!std::filesystem::exists(folder.path() / "runs" / "0001"));
    COMPARE(jsonOf({"runs", "list", "--workspace", workspace})["runs"].size(), 0U);
    COMPARE(jsonOf(none)["id"].get<std::string>(), "0002");
}
