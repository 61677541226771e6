// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/Leftovers.h"
#include "tests/core/jobs/QueueFixture.h"

#include <csignal>

using namespace espalier;

namespace {

constexpr const char* kNobody = "99999999"; // beyond the largest process id
constexpr const char* kSomebody = "1";      // a process that lives

void put(const Path& file)
{
    makeFolder(file.parent_path());
    writeFileAtomically(file, "half");
}

struct Place {
    test::TempFolder folder;
    Path run = folder.path() / "runs" / "0001";
    Path outside = folder.path() / "out";

    std::set<std::string> files() const
    {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            if (entry.is_regular_file()) {
                names.insert(entry.path().lexically_relative(folder.path()).string());
            }
        }
        return names;
    }
};

} // namespace

TEST(whatAKilledWorkerLeftGoesAndNothingElse)
{
    const Place place;
    const std::string nobody = kNobody, somebody = kSomebody;
    const std::set<std::string> kept{"runs/0001/resume.json",
                                     "runs/0001/blocks/block-000.safetensors",
                                     "runs/0001/export/weights.tmp-1-1",         // finished
                                     "runs/0001/request.tmp-" + somebody + "-0", // the queue asks
                                     "runs/0002/resume.json.tmp-" + nobody + "-0",
                                     "out/.m.partial-" + somebody + "/model.safetensors",
                                     "out/.other.partial-" + nobody + "/model.safetensors",
                                     "out/notes.tmp-" + nobody + "-0"};
    for (const std::string& name : kept) {
        put(place.folder.path() / name);
    }
    const std::vector<std::string> left{"runs/0001/resume.json.tmp-" + somebody + "-12",
                                        "runs/0001/request.tmp-" + nobody + "-0",
                                        "runs/0001/blocks/block-001.safetensors.tmp-77-3",
                                        "runs/0001/checkpoints/4.safetensors.tmp-77-3",
                                        "runs/0001/.export.partial-" + somebody +
                                            "/model.safetensors",
                                        "runs/0001/spare",
                                        "out/.m.partial-" + nobody + "/model.safetensors"};
    for (const std::string& name : left) {
        put(place.folder.path() / name);
    }
    removeLeftovers(place.run, {.exports = {{.folder = (place.outside / "m").string()}}});
    COMPARE(place.files(), kept);
}

TEST(theRunsOwnWorkerIsKnownByItsNumber)
{
    const Place place;
    put(place.outside / (std::string(".m.partial-") + kSomebody) / "model.safetensors");
    makeFolder(place.run);
    writeFileAtomically(place.run / "worker.pid", kSomebody); // was given to another one since
    removeLeftovers(place.run, {.exports = {{.folder = (place.outside / "m/").string()}}});
    COMPARE(place.files(), (std::set<std::string>{"runs/0001/worker.pid"}));
}

TEST(theQueueCleansUpBehindAKilledWorkerAndAWorkerBeforeItGoesOn)
{
    test::QueueFixture fixture(RunnerKind::Process);
    const RunId id = fixture.queue->submit(test::endlessSpec());
    VERIFY(fixture.waitForSteps(id, 1));
    const Path run = fixture.layout().run(id);
    VERIFY(std::filesystem::exists(run / "spare"));
    put(run / "resume.json.tmp-1-0");
    ::kill(static_cast<pid_t>(std::stol(readFile(run / "worker.pid"))), SIGKILL);
    fixture.queue->drain();
    VERIFY(!std::filesystem::exists(run / "resume.json.tmp-1-0"));
    VERIFY(!std::filesystem::exists(run / "spare"));
    const std::size_t before = fixture.reader().series(id, "train/loss/total").size();
    put(run / ".export.partial-1" / "model.safetensors");
    fixture.queue->resume(id);
    VERIFY(fixture.waitForSteps(id, before + 1));
    VERIFY(!std::filesystem::exists(run / ".export.partial-1"));
    fixture.queue->stop(id);
    fixture.queue->drain();
}
