// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/jobs/JobQueue.h"
#include "tests/core/jobs/QueueFixture.h"

#include <algorithm>

using namespace espalier;
using test::pausableSpec;
using test::QueueFixture;

TEST(runsStartInTheQueuesOrder)
{
    QueueFixture fixture;
    JobQueue& queue = *fixture.queue;
    queue.pauseQueue();
    const RunId first = queue.submit(test::shortSpec());
    const RunId second = queue.submit(test::shortSpec());
    const RunId third = queue.submit(test::shortSpec());
    const RunId urgent = queue.submit([] {
        RunSpec spec = test::shortSpec();
        spec.priority = 1;
        return spec;
    }());
    queue.place(third, {.where = Position::Where::Before, .before = first});
    for (const RunId id : {first, second, third, urgent}) {
        VERIFY(fixture.status(id) == RunStatus::Waiting);
    }
    queue.resumeQueue();
    queue.drain();
    std::vector<std::int64_t> starts;
    for (const RunId id : {urgent, third, first, second}) {
        VERIFY(fixture.status(id) == RunStatus::Succeeded);
        VERIFY(fixture.observer.hasSeen(id));
        starts.push_back(fixture.record(id).startedMs);
    }
    VERIFY2(std::ranges::is_sorted(starts), test::describe(starts));
}

TEST(placesOutliveTheSession)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId first = fixture.queue->submit(test::endlessSpec());
    const RunId second = fixture.queue->submit(test::shortSpec());
    fixture.queue->place(second, {.where = Position::Where::Front, .priority = 2});
    fixture.store->flush();
    fixture.close();
    fixture.open(); // waiting runs wait again, and the slots are free
    VERIFY(test::waitUntil([&] { return fixture.status(second) == RunStatus::Succeeded; }));
    VERIFY(test::waitUntil([&] { return fixture.status(first) == RunStatus::Running; }));
    VERIFY(fixture.record(second).startedMs < fixture.record(first).startedMs);
    fixture.queue->stop(first);
    fixture.queue->drain();
}

TEST(aStopIsHonouredWithinOneStep)
{
    QueueFixture fixture;
    const RunId id = fixture.queue->submit(test::endlessSpec());
    VERIFY(fixture.waitForSteps(id, 2));
    const std::int64_t asked = nowMs();
    fixture.queue->stop(id);
    fixture.queue->drain();
    VERIFY(fixture.status(id) == RunStatus::Cancelled);
    const auto steps = fixture.reader().series(id, "train/loss/total");
    const auto later = std::ranges::count_if(
        steps, [asked](const MetricPoint& point) { return point.atMs > asked; });
    VERIFY2(later <= 1, std::to_string(later) + " steps ended after the request");
    VERIFY(std::filesystem::exists(fixture.layout().run(id) / "resume.json"));
}

TEST(aWaitingRunIsStoppedWithoutStarting)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId stopped = fixture.queue->submit(test::shortSpec());
    const RunId paused = fixture.queue->submit(test::shortSpec());
    fixture.queue->stop(stopped);
    fixture.queue->pause(paused);
    fixture.queue->resumeQueue();
    fixture.queue->drain(); // nothing holds it up
    VERIFY(fixture.status(stopped) == RunStatus::Cancelled);
    VERIFY(fixture.status(paused) == RunStatus::Paused);
    COMPARE(fixture.record(stopped).startedMs, 0);
    fixture.queue->resume(paused);
    fixture.queue->drain();
    VERIFY(fixture.status(paused) == RunStatus::Succeeded);
}

TEST(aStopThatComesWhileTheRunStartsIsNotLost)
{
    QueueFixture fixture;
    for (int attempt = 0; attempt < 20; ++attempt) {
        const RunId id = fixture.queue->submit(test::endlessSpec());
        fixture.queue->stop(id);
        fixture.queue->drain(); // would never come back
        VERIFY(fixture.status(id) == RunStatus::Cancelled);
    }
}

TEST(aPausedRunGoesOnBitEqual)
{
    QueueFixture fixture;
    const RunId whole = fixture.queue->submit(pausableSpec());
    fixture.queue->drain();
    VERIFY(fixture.status(whole) == RunStatus::Succeeded);

    const RunId broken = fixture.queue->submit(pausableSpec());
    VERIFY(fixture.waitForSteps(broken, 2));
    fixture.queue->pause(broken);
    fixture.queue->drain();
    VERIFY(fixture.status(broken) == RunStatus::Paused);
    const std::size_t done = fixture.reader().series(broken, "train/loss/total").size();
    VERIFY2(done >= 2 && done < 40, std::to_string(done));

    fixture.queue->resume(broken);
    fixture.queue->drain();
    VERIFY(fixture.status(broken) == RunStatus::Succeeded);
    const StoreReader reader = fixture.reader();
    VERIFY(test::numbersOf(reader, broken) == test::numbersOf(reader, whole));
    COMPARE(test::weightsHash(fixture.layout(), broken),
            test::weightsHash(fixture.layout(), whole));
}

TEST(aRetryBeginsAgainUnderTheSameId)
{
    QueueFixture fixture;
    const RunId id = fixture.queue->submit(pausableSpec());
    VERIFY(fixture.waitForSteps(id, 2));
    VERIFY_FAILS(fixture.queue->retry(id), ErrorCode::InvalidInput, "is running. Stop it first");
    fixture.queue->stop(id);
    fixture.queue->drain();
    VERIFY(fixture.status(id) == RunStatus::Cancelled);
    fixture.queue->retry(id);
    fixture.queue->drain();
    VERIFY(fixture.status(id) == RunStatus::Succeeded);
    const StoreReader reader = fixture.reader();
    const auto steps = reader.series(id, "train/loss/total");
    COMPARE(steps.size(), 40U);
    COMPARE(steps.front().step, 1);
    COMPARE(reader.runs().size(), 1U);
}

TEST(whatNeedsAFailedRunFailsAndSaysSo)
{
    QueueFixture fixture;
    const RunId failing = fixture.queue->submit(test::failingSpec());
    RunSpec needing = test::shortSpec();
    needing.after = {failing};
    const RunId second = fixture.queue->submit(needing);
    needing.after = {second};
    const RunId third = fixture.queue->submit(needing);
    fixture.queue->drain();
    const RunRecord failed = fixture.record(failing);
    VERIFY(failed.status == RunStatus::Failed);
    VERIFY2(failed.failure->message.find("Windows of 4096 tokens") != std::string::npos,
            failed.failure->message);
    for (const auto& [id, needed] : {std::pair(second, failing), std::pair(third, second)}) {
        const RunRecord record = fixture.record(id);
        VERIFY(record.status == RunStatus::Failed);
        VERIFY2(record.failure->message.find("needs run " + toText(needed) +
                                             ", which ended as failed") != std::string::npos,
                record.failure->message);
        COMPARE(record.startedMs, 0);
    }
}

TEST(aRunUsesTheModelOfAnother)
{
    QueueFixture fixture;
    const RunId pruned = fixture.queue->submit(test::sampleSpec("prune-magnitude"));
    RunSpec spec = test::sampleSpec("none");
    spec.calibration.reset();
    spec.model = "run:" + toText(pruned);
    const RunId measured = fixture.queue->submit(spec);
    fixture.queue->drain();
    VERIFY(fixture.status(measured) == RunStatus::Succeeded);
    const StoreReader reader = fixture.reader();
    const std::string series = "eval/tinystories/perplexity";
    COMPARE(reader.series(measured, series).back().value,
            reader.series(pruned, series).back().value);
}

TEST(aStudyEndsWithItsMembers)
{
    QueueFixture fixture;
    const RunId study = fixture.queue->submitStudy("A study", "tests");
    VERIFY(fixture.status(study) == RunStatus::Waiting);
    fixture.queue->submit(test::shortSpec(), study);
    const RunId bad = fixture.queue->submit(test::failingSpec(), study);
    fixture.queue->drain();
    VERIFY(fixture.status(study) == RunStatus::Failed);
    COMPARE(fixture.reader().members(study).size(), 2U);
    VERIFY_FAILS(fixture.queue->resume(study), ErrorCode::InvalidInput, "is a study; name those");

    const RunId good = fixture.queue->submitStudy("Another", "tests");
    fixture.queue->submit(test::shortSpec(), good);
    fixture.queue->drain();
    VERIFY(fixture.status(good) == RunStatus::Succeeded);
    VERIFY(fixture.status(bad) == RunStatus::Failed);
}

TEST(aDeviceWithoutASlotDoesNotWaitForEver)
{
    QueueFixture fixture;
    RunSpec spec = test::shortSpec();
    spec.device = "cuda:93";
    const RunId id = fixture.queue->submit(spec);
    fixture.queue->drain();
    const RunRecord record = fixture.record(id);
    VERIFY(record.status == RunStatus::Failed);
    VERIFY2(record.failure->message.find("device cuda:93 needs libtorch_cuda.so") !=
                std::string::npos,
            record.failure->message);
}

TEST(drainDoesNotWaitForWhatAPausedRunHoldsBack)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId paused = fixture.queue->submit(test::shortSpec());
    RunSpec needing = test::shortSpec();
    needing.after = {paused};
    const RunId second = fixture.queue->submit(needing);
    fixture.queue->pause(paused);
    fixture.queue->resumeQueue();
    fixture.queue->drain();
    VERIFY(fixture.status(second) == RunStatus::Waiting);
    fixture.queue->resume(paused);
    fixture.queue->drain();
    VERIFY(fixture.status(second) == RunStatus::Succeeded);
}

TEST(moreThreadsThanAnyMachineHasAreRefusedButStayReadable)
{
    QueueFixture fixture;
    RunSpec spec = test::shortSpec();
    spec.threads = 100000;
    VERIFY_FAILS(fixture.queue->submit(spec), ErrorCode::InvalidInput, "ask for 1024 at most");
    COMPARE(runSpecFromJson(toJson(spec)).threads, 100000);
}

TEST(aSpecThatCannotRunIsRefusedBeforeARowIsMade)
{
    QueueFixture fixture;
    const auto refused = [&](RunSpec spec, const std::string& words) {
        VERIFY_FAILS(fixture.queue->submit(spec), ErrorCode::InvalidInput, words);
    };
    RunSpec spec = test::sampleSpec("prune-wanda");
    spec.method = "prune-wnda";
    refused(spec, "Did you mean prune-wanda?");
    spec = test::sampleSpec("prune-wanda");
    spec.calibration.reset();
    refused(spec, "needs a calibration set");
    spec = test::sampleSpec("distill-logits");
    spec.teacher.clear();
    refused(spec, "needs a teacher");
    spec = test::sampleSpec("prune-wanda");
    spec.params["sparsity"] = 1.5;
    refused(spec, "1.5");
    spec = test::sampleSpec("prune-wanda");
    spec.device = "gpu";
    refused(spec, "\"gpu\" is not a device");
    spec = test::sampleSpec("prune-wanda");
    spec.model = "/nowhere";
    refused(spec, "/nowhere");
    COMPARE(fixture.reader().runs().size(), 0U);
}
