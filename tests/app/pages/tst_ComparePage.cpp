// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ComparePage.h"
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/tables/RunTableView.h"
#include "widgets/views/EmptyState.h"
#include "widgets/views/MessageBand.h"

#include <QSignalSpy>

#include <cmath>

namespace espalier::test {

namespace {

struct Numbers {
    const char* title;
    std::uint64_t seed;
    double perplexity;
    double bytes;
};

/// Writes what a worker would have written.
void addRun(ExperimentStore& store, const Numbers& numbers)
{
    RunSpec spec;
    spec.title = numbers.title;
    spec.method = spec.title == "Dense" ? "none" : "prune-wanda";
    spec.params = spec.title == "Dense" ? ParamValues{} : ParamValues{{"mark", spec.title}};
    spec.model = "/models/tiny";
    spec.seed = numbers.seed;
    spec.threads = 1;
    const RunId id = store.createRun(spec, 1);
    JournalWriter journal(store.layout().journal(id));
    journal.status(RunStatus::Running);
    journal.metric("eval/words/perplexity", {0, numbers.perplexity});
    journal.metric("footprint/bytes", {0, numbers.bytes}, "bytes");
    for (int block = 0; block < 2; ++block) {
        const std::string linear = "blocks." + std::to_string(block) + ".mlp.up_proj";
        journal.metric("sparsity/" + linear, {0, 0.25 + 0.5 * block});
        journal.metric("error/" + linear, {0, 0.01 * (block + 1)});
    }
    journal.status(RunStatus::Succeeded);
    store.ingest(id);
}

} // namespace

class TestComparePage : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void saysWhatIsMissing();
    void showsGroupsFrontAndBars();
    void opensReadOnlyBesideAWriter();

private:
    static void fill(const Path& workspace);
};

void TestComparePage::fill(const Path& workspace)
{
    ExperimentStore store(workspace);
    addRun(store, {"Dense", 0, 10.0, 4e6});
    addRun(store, {"Good", 0, 11.0, 2e6});
    addRun(store, {"Good", 1, 13.0, 2e6});
    addRun(store, {"Bad", 0, 20.0, 3e6}); // worse and larger than Good: beaten
    store.flush();
}

void TestComparePage::saysWhatIsMissing()
{
    AppFixture app;
    ComparePage page(app.context);
    show(page, {1200, 760});
    auto* empty = find<EmptyState>(page, "emptyState");
    QTRY_COMPARE(empty->sentence(),
                 QStringLiteral("Two finished runs are needed to compare; there is none."));
}

void TestComparePage::showsGroupsFrontAndBars()
{
    QTemporaryDir folder;
    fill(toPath(folder.path()));
    Settings settings(folder.filePath(QStringLiteral("settings.ini")));
    Workspace workspace(toPath(folder.path()), AppFixture::installation());
    SelectionModel selection;
    Navigator navigator;
    ComparePage page({workspace, selection, settings, navigator});
    show(page, {1200, 760});
    auto* table = find<RunTableView>(page, "runTable");
    QTRY_COMPARE(table->runs().rowCount(), 3);

    // Seeds are folded: mean 12 of 11 and 13, their standard deviation sqrt(2).
    const int row = table->runs().indexOf(2);
    const RunRow& good = table->runs().rowAt(row);
    QCOMPARE(good.seeds, 2);
    const RunCell cell = good.cells.value(QStringLiteral("eval/words/perplexity"));
    QCOMPARE(cell.value, 12.0);
    QCOMPARE(cell.deviation, std::sqrt(2.0));
    QVERIFY(table->runs().rowAt(0).isBaseline);

    auto* pareto = find<ParetoPlot>(page, "paretoPlot");
    QTRY_COMPARE(pareto->points().size(), 3);
    QStringList front;
    for (const ParetoPoint& point : pareto->points()) {
        if (point.onFront) {
            front.append(point.label);
        }
    }
    QCOMPARE(front, (QStringList{QStringLiteral("Dense"), QStringLiteral("Good")}));

    // A selection in one view is a selection in all; bars are the means by block.
    selection.setRuns({3}); // a member: its group is meant
    QTRY_COMPARE(table->selectedRuns(), QList<qint64>{2});
    auto* bars = find<SparsityBars>(page, "sparsityBars");
    QTRY_COMPARE(bars->panels().size(), 1);
    QCOMPARE(bars->panels().first().values, (QList<double>{0.25, 0.75}));
    auto* curves = find<MetricPlot>(page, "curvePlot");
    QTRY_COMPARE(curves->drawnPoints(QStringLiteral("2")),
                 (QList<QPointF>{{0, 1.0}, {1, 2.0}})); // per cent
    savePictures(page, QStringLiteral("compare-synthetic"));

    selection.setRuns({2, 4});
    auto* verdict = find<MessageBand>(page, "verdict");
    QTRY_VERIFY(verdict->text().contains(QStringLiteral("not enough seeds to tell")));
}

void TestComparePage::opensReadOnlyBesideAWriter()
{
    QTemporaryDir folder;
    ExperimentStore writer(toPath(folder.path()));
    addRun(writer, {"Good", 0, 11.0, 2e6});
    writer.flush();
    Settings settings(folder.filePath(QStringLiteral("settings.ini")));
    Workspace workspace(toPath(folder.path()), AppFixture::installation());
    QVERIFY(workspace.isReadOnly());
    QSignalSpy failed(&workspace, &Workspace::failed);
    workspace.stop(1);
    QCOMPARE(failed.size(), 1);
    SelectionModel selection;
    Navigator navigator;
    ComparePage page({workspace, selection, settings, navigator});
    show(page, {1200, 760});
    QTRY_COMPARE(page.comparison().groups.size(), 1);
    // What the writer adds appears by itself.
    addRun(writer, {"Bad", 0, 20.0, 3e6});
    writer.flush();
    QTRY_COMPARE(page.comparison().groups.size(), 2);
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestComparePage)
#include "tst_ComparePage.moc"
