// SPDX-License-Identifier: GPL-3.0-or-later
// Presses the buttons that command runs, on real runs, and reads the rows afterwards.
#include "app/MainWindow.h"
#include "app/docks/RunDock.h"
#include "app/pages/LiveRunHeader.h"
#include "app/pages/LiveRunView.h"
#include "app/pages/QueuePage.h"
#include "app/pages/RunQuestion.h"
#include "core/store/StoreReader.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/views/FailureBand.h"
#include "widgets/views/ProgressRow.h"

#include <QAction>
#include <QFile>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

namespace espalier::test {

namespace {

constexpr int kRunMs = 30000;

Path modelFolder()
{
    return AppFixture::installation().demo / "stories260k";
}

/// Goes on until somebody stops it.
RunSpec endlessSpec()
{
    RunSpec spec;
    spec.title = "Endless";
    spec.method = "distill-logits";
    spec.model = modelFolder().string();
    spec.teacher = spec.model;
    spec.calibration = DataSpec{.source = "builtin:tinystories", .length = 64, .windows = 8};
    spec.params = {{"blocks", "0,2"},
                   {"steps", 100'000},
                   {"learning-rate", 1e-3},
                   {"checkpoint-every", 0},
                   {"evaluate-every", 0}};
    spec.threads = 1;
    spec.batch = 2;
    return spec;
}

/// Makes a text of that many words.
void writeWords(const QString& text, int count)
{
    QFile file(text);
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 0; i < count; ++i) {
        file.write("tree ");
    }
}

/// Measures a text that is too short; the same spec succeeds once the text is longer.
RunSpec failingSpec(const QString& text)
{
    writeWords(text, 1);
    RunSpec spec;
    spec.method = "none";
    spec.model = modelFolder().string();
    spec.threads = 1;
    spec.evaluations = {{.kind = "perplexity",
                         .data = {.source = "text:" + toUtf8(text), .length = 32, .windows = 1}}};
    return spec;
}

} // namespace

/// A window over a workspace, and what its runs' rows say. Ends what it started.
class Session {
public:
    Session()
        : window(fixture.workspace, fixture.settings)
    {
        window.resize(1440, 900);
        window.show();
        QObject::connect(&fixture.workspace, &Workspace::failed, &window,
                         [](const QString& message) { qWarning("%s", qPrintable(message)); });
        live = find<LiveRunView>(window, "liveRun");
        list = find<QTableView>(window, "runList");
        dock = find<RunDock>(window, "runDock");
    }

    ~Session()
    {
        for (const RunRecord& run : reader().runs()) {
            if (!isFinal(run.status)) {
                fixture.workspace.stop(numberOf(run.id));
            }
        }
        const bool haveEnded = QTest::qWaitFor(
            [this] {
                const auto runs = reader().runs();
                return std::all_of(runs.begin(), runs.end(),
                                   [](const RunRecord& run) { return isFinal(run.status); });
            },
            kRunMs);
        Q_ASSERT(haveEnded);
    }

    StoreReader reader() const { return StoreReader(fixture.workspace.layout().folder); }

    bool exists(qint64 id) const { return reader().run(runOf(id)).has_value(); }

    RunStatus status(qint64 id) const { return reader().run(runOf(id)).value().status; }

    /// The last training step in the rows; -1: none.
    std::int64_t step(qint64 id) const
    {
        const auto points = reader().series(runOf(id), "train/loss/total");
        return points.empty() ? -1 : points.back().step;
    }

    void submit(const RunSpec& spec) { fixture.workspace.submit({spec}, {}); }

    /// A button of the live run's header that can be pressed now.
    QPushButton* header(const char* name) const { return ready<QPushButton>(*live, name); }

    QPushButton* failure(const char* name) const
    {
        return ready<QPushButton>(*find<FailureBand>(*live, "failureBand"), name);
    }

    /// One of the buttons above the list, after choosing the run in it.
    QToolButton* listed(qint64 id, const char* name)
    {
        window.openRun(0);
        auto* page = find<QueuePage>(window, "queue");
        const int row = page->runs().rowOf(id);
        if (row < 0) {
            return nullptr;
        }
        list->selectRow(row);
        return ready<QToolButton>(*page, name);
    }

    QToolButton* docked(const char* name) const { return ready<QToolButton>(*dock, name); }

    /// A button of a question that is being asked below `place`.
    static QPushButton* answer(const QWidget& place, const char* name)
    {
        return ready<QPushButton>(*find<RunQuestion>(place, "runQuestion"), name);
    }

    static bool isAsking(const QWidget& place)
    {
        return find<RunQuestion>(place, "runQuestion")->isVisible();
    }

    template <class Button>
    static Button* ready(const QWidget& place, const char* name)
    {
        for (auto* button : place.findChildren<Button*>(QString::fromLatin1(name))) {
            if (button->isVisible() && button->isEnabled()) {
                return button;
            }
        }
        return nullptr;
    }

    AppFixture fixture;
    MainWindow window;
    LiveRunView* live = nullptr;
    QTableView* list = nullptr;
    RunDock* dock = nullptr;
};

/// Waits until the button can be pressed, and presses it.
#define PRESS(button)                                                                              \
    QTRY_VERIFY_WITH_TIMEOUT((button) != nullptr, kRunMs);                                         \
    (button)->click()

#define BECOMES(id, wanted) QTRY_COMPARE_WITH_TIMEOUT(session.status(id), wanted, kRunMs)

class TestRunControls : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void pausesResumesAndStopsInTheHeader();
    void startsOverAndDeletesInTheHeader();
    void endsARunThatIsPaused();
    void commandsWaitingRunsInTheList();
    void movesWaitingRuns();
    void asksBeforeItStopsInTheDock();
    void retriesAFailedRun();
    void saysWhyNothingCanBePressed();
};

void TestRunControls::pausesResumesAndStopsInTheHeader()
{
    Session session;
    session.submit(endlessSpec());
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(1) && session.step(1) >= 2, kRunMs);
    PRESS(session.header("pauseRun"));
    QVERIFY(session.header("pauseRun") == nullptr); // heard: it happens after the step
    BECOMES(1, RunStatus::Paused);
    const std::int64_t paused = session.step(1);

    PRESS(session.header("resumeRun"));
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) > paused, kRunMs); // from there, not from the start
    QCOMPARE(session.status(1), RunStatus::Running);

    PRESS(session.header("stopRun"));
    QVERIFY(Session::isAsking(*session.live));
    PRESS(Session::answer(*session.live, "keepRunning"));
    QVERIFY(!Session::isAsking(*session.live));
    const std::int64_t kept = session.step(1);
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) > kept + 1, kRunMs); // nothing was stopped
    PRESS(session.header("stopRun"));
    QTest::keyClick(find<RunQuestion>(*session.live, "runQuestion"), Qt::Key_Escape);
    QVERIFY(!Session::isAsking(*session.live));
    PRESS(session.header("stopRun"));
    savePictures(session.window, QStringLiteral("stop-question"));
    PRESS(Session::answer(*session.live, "confirmStop"));
    BECOMES(1, RunStatus::Cancelled);
    QVERIFY(
        std::filesystem::exists(session.fixture.workspace.layout().run(RunId{1}) / "resume.json"));

    // Nothing is lost: the band that says so has the way back.
    const std::int64_t stopped = session.step(1);
    PRESS(session.header("resume"));
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) > stopped, kRunMs);
    QCOMPARE(session.reader().series(RunId{1}, "train/loss/total").front().step, 1);
}

void TestRunControls::startsOverAndDeletesInTheHeader()
{
    Session session;
    session.submit(endlessSpec());
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(1) && session.step(1) >= 20, kRunMs);
    QVERIFY(session.header("deleteRun") == nullptr); // it works
    PRESS(session.header("stopRun"));
    PRESS(Session::answer(*session.live, "confirmStop"));
    BECOMES(1, RunStatus::Cancelled);
    const std::int64_t created = session.reader().run(RunId{1})->createdMs;
    PRESS(session.header("retry"));
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) >= 1, kRunMs);
    QCOMPARE(session.reader().series(RunId{1}, "train/loss/total").front().step, 1);
    QCOMPARE(session.reader().run(RunId{1})->createdMs, created); // the same run
    PRESS(session.header("stopRun"));
    PRESS(Session::answer(*session.live, "confirmStop"));
    BECOMES(1, RunStatus::Cancelled);

    const Path folder = session.fixture.workspace.layout().run(RunId{1});
    PRESS(session.header("deleteRun"));
    PRESS(Session::answer(*session.live, "keepRun"));
    QVERIFY(!Session::isAsking(*session.live));
    session.fixture.workspace.waitForCommands();
    QVERIFY(session.exists(1));
    PRESS(session.header("deleteRun"));
    PRESS(Session::answer(*session.live, "confirmDelete"));
    QTRY_VERIFY(!session.exists(1));
    QTRY_VERIFY(!std::filesystem::exists(folder));
    QTRY_VERIFY(!session.live->isVisible()); // back at the list
}

void TestRunControls::endsARunThatIsPaused()
{
    Session session;
    session.submit(endlessSpec());
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(1) && session.step(1) >= 2, kRunMs);
    PRESS(session.header("pauseRun"));
    BECOMES(1, RunStatus::Paused);
    PRESS(session.header("stopRun"));
    PRESS(Session::answer(*session.live, "confirmStop"));
    BECOMES(1, RunStatus::Cancelled);
    QTRY_VERIFY(session.header("deleteRun") != nullptr);
}

void TestRunControls::commandsWaitingRunsInTheList()
{
    Session session;
    session.submit(endlessSpec());
    session.submit(endlessSpec());
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(2) && session.step(1) >= 1, kRunMs);
    QCOMPARE(session.status(2), RunStatus::Waiting);
    PRESS(session.listed(2, "pauseRunButton"));
    BECOMES(2, RunStatus::Paused);
    PRESS(session.listed(2, "resumeRunButton"));
    BECOMES(2, RunStatus::Waiting);
    PRESS(session.listed(2, "stopRunButton"));
    auto* page = find<QueuePage>(session.window, "queue");
    QWidget* place = session.list->parentWidget();
    PRESS(Session::answer(*place, "confirmStop"));
    BECOMES(2, RunStatus::Cancelled);
    QCOMPARE(session.status(1), RunStatus::Running); // only the one that was asked about
    savePictures(session.window, QStringLiteral("queue-list"));
    PRESS(session.listed(2, "deleteRunButton"));
    PRESS(Session::answer(*place, "confirmDelete"));
    QTRY_VERIFY(!session.exists(2));
    QTRY_COMPARE(page->runs().rowOf(2), -1);
    QVERIFY(session.exists(1));
}

void TestRunControls::movesWaitingRuns()
{
    Session session;
    for (int i = 0; i < 4; ++i) {
        session.submit(endlessSpec());
    }
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(4) && session.step(1) >= 1, kRunMs);
    session.window.openRun(0);
    auto* page = find<QueuePage>(session.window, "queue");
    const auto order = [page] {
        QList<qint64> ids;
        for (const ListedRun& run : page->runs().runs()) {
            ids.append(run.id);
        }
        return ids;
    };
    QTRY_COMPARE(order(), (QList<qint64>{1, 2, 3, 4}));
    const auto act = [&](qint64 id, const char* name) {
        session.list->selectRow(page->runs().rowOf(id));
        auto* action = find<QAction>(*page, name);
        const bool isEnabled = action->isEnabled();
        action->trigger();
        return isEnabled;
    };
    QVERIFY(act(4, "moveUp"));
    QTRY_COMPARE(order(), (QList<qint64>{1, 2, 4, 3}));
    QVERIFY(act(2, "moveDown"));
    QTRY_COMPARE(order(), (QList<qint64>{1, 4, 2, 3}));
    QVERIFY(!act(4, "moveUp")); // the first that waits
    QVERIFY(!act(3, "moveDown"));
    QVERIFY(!act(1, "moveDown")); // it works
    QCOMPARE(session.list->currentIndex().data(RunListModel::IdRole).toLongLong(), 1);
}

void TestRunControls::asksBeforeItStopsInTheDock()
{
    Session session;
    session.submit(endlessSpec());
    QTRY_VERIFY_WITH_TIMEOUT(session.exists(1) && session.step(1) >= 2, kRunMs);
    PRESS(session.docked("pause"));
    BECOMES(1, RunStatus::Paused);
    QTRY_COMPARE(find<ProgressRow>(*session.dock, "progressRow")->status(), RunStatus::Paused);
    const std::int64_t paused = session.step(1);
    PRESS(session.docked("pause")); // now it resumes
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) > paused, kRunMs);

    session.dock->setOpen(true);
    PRESS(session.docked("stop"));
    QVERIFY(Session::isAsking(*session.dock));
    QVERIFY(find<RunQuestion>(*session.dock, "runQuestion")
                ->text()
                .contains(QStringLiteral("0001 Endless")));
    savePictures(session.window, QStringLiteral("dock-question"));
    PRESS(Session::answer(*session.dock, "keepRunning"));
    const std::int64_t kept = session.step(1);
    QTRY_VERIFY_WITH_TIMEOUT(session.step(1) > kept + 1, kRunMs);
    PRESS(session.docked("stop"));
    PRESS(Session::answer(*session.dock, "confirmStop"));
    BECOMES(1, RunStatus::Cancelled);
    QTRY_VERIFY(session.docked("stop") == nullptr); // nothing is left to stop
}

void TestRunControls::retriesAFailedRun()
{
    Session session;
    const QString text = session.fixture.folder.filePath(QStringLiteral("words.txt"));
    session.submit(failingSpec(text));
    session.submit(failingSpec(text));
    QTRY_VERIFY(session.exists(2));
    BECOMES(1, RunStatus::Failed);
    BECOMES(2, RunStatus::Failed);
    writeWords(text, 500);
    session.window.openRun(1);
    PRESS(session.failure("retry"));
    BECOMES(1, RunStatus::Succeeded);
    QVERIFY(!session.reader().run(RunId{1})->failure);
    QTRY_VERIFY(!find<QWidget>(*session.live, "failureBand")->isVisible());
    PRESS(session.listed(2, "retryRunButton"));
    BECOMES(2, RunStatus::Succeeded);
}

void TestRunControls::saysWhyNothingCanBePressed()
{
    Session session;
    const QString text = session.fixture.folder.filePath(QStringLiteral("nowhere.txt"));
    session.submit(failingSpec(text));
    QTRY_VERIFY(session.exists(1));
    BECOMES(1, RunStatus::Failed);
    QTRY_VERIFY_WITH_TIMEOUT(session.listed(1, "retryRunButton") != nullptr, kRunMs);
    auto* page = find<QueuePage>(session.window, "queue");
    for (const char* name : {"pauseRunButton", "stopRunButton"}) {
        auto* button = find<QToolButton>(*page, name);
        QVERIFY(!button->isEnabled());
        QVERIFY(button->toolTip().size() > 10);
    }
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestRunControls)
#include "tst_RunControls.moc"
