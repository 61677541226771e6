// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/WaitingRuns.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

RunRecord waitingRun(std::int64_t id, RunSpec spec = {})
{
    return {.id = RunId{id}, .spec = std::move(spec)};
}

/// The numbers in which the runs of a device start; each succeeds before the next is asked for.
std::vector<int> startOrder(WaitingRuns& runs, std::string_view device = "cpu")
{
    std::vector<int> order;
    while (const auto next = runs.takeReady(device)) {
        order.push_back(static_cast<int>(next->id));
        runs.setStatus(next->id, RunStatus::Succeeded);
    }
    return order;
}

} // namespace

TEST(startsByPriorityThenOrder)
{
    WaitingRuns runs;
    runs.add(waitingRun(1), false);
    runs.add(waitingRun(2, {.priority = 5}), false);
    runs.add(waitingRun(3), false);
    RunRecord early = waitingRun(4);
    early.order = 0.5; // somebody moved it before run 1
    runs.add(early, false);
    COMPARE(startOrder(runs), (std::vector<int>{2, 4, 1, 3}));
    VERIFY(runs.empty());
}

TEST(placesARunAtTheFrontTheBackOrBeforeAnother)
{
    WaitingRuns runs;
    for (int id = 1; id <= 4; ++id) {
        runs.add(waitingRun(id), false);
    }
    VERIFY(runs.place(RunId{4}, {.where = Position::Where::Front}).has_value());
    VERIFY(runs.place(RunId{1}, {.where = Position::Where::Back}).has_value());
    VERIFY(
        runs.place(RunId{3}, {.where = Position::Where::Before, .before = RunId{2}}).has_value());
    COMPARE(startOrder(runs), (std::vector<int>{4, 3, 2, 1}));
    VERIFY(!runs.place(RunId{4}, {}).has_value()); // it has been taken
}

TEST(placingBeforeAnotherTakesItsPriorityOver)
{
    WaitingRuns runs;
    runs.add(waitingRun(1, {.priority = 3}), false);
    runs.add(waitingRun(2), false);
    runs.add(waitingRun(3, {.priority = 3}), false);
    const auto placed =
        runs.place(RunId{2}, {.where = Position::Where::Before, .before = RunId{3}});
    COMPARE(placed->priority, 3);
    COMPARE(placed->spec.priority, 3);
    COMPARE(startOrder(runs), (std::vector<int>{1, 2, 3}));
    VERIFY(!runs.place(RunId{2}, {.where = Position::Where::Before, .before = RunId{99}}));
}

TEST(waitsForWhatARunNeeds)
{
    WaitingRuns runs;
    runs.add(waitingRun(1, {.model = "run:2", .priority = 9}), false);
    runs.add(waitingRun(2), false);
    const auto first = runs.takeReady("cpu");
    COMPARE(static_cast<int>(first->id), 2);
    VERIFY(runs.isTaking() && runs.isTaken(RunId{2}));
    VERIFY(!runs.takeReady("cpu").has_value());
    runs.setStatus(RunId{2}, RunStatus::Running);
    VERIFY(!runs.isTaking());
    VERIFY(!runs.takeReady("cpu").has_value());
    runs.setStatus(RunId{2}, RunStatus::Succeeded);
    COMPARE(startOrder(runs), (std::vector<int>{1}));
}

TEST(eachDeviceTakesItsOwnRuns)
{
    WaitingRuns runs;
    runs.add(waitingRun(1, {.device = "cuda:1"}), false);
    runs.add(waitingRun(2), false);
    COMPARE(runs.devices(), (std::set<std::string>{"cpu", "cuda:1"}));
    COMPARE(startOrder(runs), (std::vector<int>{2}));
    COMPARE(startOrder(runs, "cuda:1"), (std::vector<int>{1}));
}

TEST(runsWithoutHopeAreNamedWithTheReason)
{
    WaitingRuns runs;
    runs.know({.id = RunId{1}, .status = RunStatus::Failed});
    runs.know({.id = RunId{2}, .status = RunStatus::Cancelled});
    runs.add(waitingRun(3, {.after = {RunId{1}}}), false);
    runs.add(waitingRun(4, {.teacher = "run:2"}), false);
    runs.add(waitingRun(5, {.after = {RunId{77}}}), false);
    runs.add(waitingRun(6, {.after = {RunId{3}}}), false);
    VERIFY(!runs.takeReady("cpu").has_value());
    const std::vector<std::string> words{
        "Run 0003 needs run 0001, which ended as failed.",
        "Run 0004 needs run 0002, which ended as cancelled.",
        "Run 0005 needs run 0077, and there is no such run in this workspace.",
        "Run 0006 needs run 0003, which ended as failed."};
    for (const std::string& expected : words) {
        const auto hopeless = runs.takeHopeless();
        VERIFY2(hopeless.has_value(), expected);
        VERIFY2(hopeless->reason.starts_with(expected), hopeless->reason);
        runs.setStatus(hopeless->id, RunStatus::Failed);
    }
    VERIFY(!runs.takeHopeless().has_value());
}

TEST(nothingCouldStartBehindAPausedRun)
{
    WaitingRuns runs;
    VERIFY(!runs.couldStart());
    runs.know({.id = RunId{1}, .status = RunStatus::Paused});
    runs.add(waitingRun(2, {.after = {RunId{3}}}), false);
    runs.add(waitingRun(3, {.after = {RunId{1}}}), false);
    VERIFY(!runs.couldStart());
    runs.add(waitingRun(4), false);
    VERIFY(runs.couldStart());
    runs.remove(RunId{4});
    runs.add(waitingRun(1), true); // resumed
    VERIFY(runs.couldStart());
}

TEST(aStudyHasTheStatusItsMembersGiveIt)
{
    WaitingRuns runs;
    const RunId study{1};
    runs.know({.id = study, .isStudy = true});
    for (int id = 2; id <= 3; ++id) {
        RunRecord member = waitingRun(id);
        member.parent = study;
        runs.add(member, false);
        COMPARE(static_cast<int>(runs.studyOf(RunId{id})), 1);
    }
    VERIFY(!runs.changedStudyStatus(study).has_value()); // all wait, and so does the study
    runs.setStatus(RunId{2}, RunStatus::Running);
    VERIFY(runs.changedStudyStatus(study) == RunStatus::Running);
    runs.setStatus(RunId{2}, RunStatus::Succeeded);
    VERIFY(!runs.changedStudyStatus(study).has_value());
    runs.setStatus(RunId{3}, RunStatus::Cancelled);
    VERIFY(runs.changedStudyStatus(study) == RunStatus::Failed);
    runs.setStatus(RunId{3}, RunStatus::Succeeded);
    VERIFY(runs.changedStudyStatus(study) == RunStatus::Succeeded);
}

TEST(whatWaitedInAnEarlierSessionWaitsAgain)
{
    WaitingRuns runs;
    runs.know({.id = RunId{1}, .status = RunStatus::Succeeded});
    runs.know({.id = RunId{2}});
    runs.know({.id = RunId{3}, .startedMs = 12345}); // was put back to go on
    runs.know({.id = RunId{4}, .isStudy = true});
    const auto fresh = runs.takeReady("cpu");
    COMPARE(static_cast<int>(fresh->id), 2);
    VERIFY(!fresh->resume);
    const auto goingOn = runs.takeReady("cpu");
    COMPARE(static_cast<int>(goingOn->id), 3);
    VERIFY(goingOn->resume);
    VERIFY(!runs.takeReady("cpu").has_value());
}
