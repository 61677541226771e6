// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/LiveRunView.h"
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/MetricPlot.h"

#include <QTemporaryDir>

namespace espalier::test {

namespace {

enum class Divergence { Measured = 1, NotAsked };

/// Writes what a worker would have written.
void addRun(ExperimentStore& store, Divergence divergence)
{
    RunSpec spec;
    spec.method = "prune-wanda";
    spec.model = "/models/tiny";
    spec.threads = 1;
    const RunId id = store.createRun(spec, 1);
    JournalWriter journal(store.layout().journal(id));
    journal.status(RunStatus::Running);
    for (int block = 0; block < 3; ++block) {
        const std::string number = std::to_string(block);
        journal.metric("sparsity/blocks." + number + ".mlp.up_proj", {0, 0.5});
        journal.metric("error/blocks." + number + ".mlp.up_proj", {0, 0.02});
        journal.metric("seconds/block." + number, {0, 1.5}, "s");
        if (divergence == Divergence::Measured) {
            journal.metric("kl/block." + number, {0, 0.25 * (block + 1)}, "nat");
        }
    }
    journal.status(RunStatus::Succeeded);
    store.ingest(id);
}

} // namespace

class TestLiveRunView : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void drawsTheDivergenceAfterEveryBlock();
};

void TestLiveRunView::drawsTheDivergenceAfterEveryBlock()
{
    QTemporaryDir folder;
    {
        ExperimentStore store(toPath(folder.path()));
        addRun(store, Divergence::Measured);
        addRun(store, Divergence::NotAsked);
        store.flush();
    }
    Settings settings(folder.filePath(QStringLiteral("settings.ini")));
    Workspace workspace(toPath(folder.path()), AppFixture::installation());
    SelectionModel selection;
    Navigator navigator;
    LiveRunView view({workspace, selection, settings, navigator});
    show(view, {1100, 700});
    auto* plot = find<MetricPlot>(view, "secondPlot");
    view.setRun(1);
    const QList<QPointF> expected{{0, 0.25}, {1, 0.5}, {2, 0.75}};
    QTRY_COMPARE(plot->drawnPoints(QStringLiteral("kl")), expected);
    view.setRun(2);
    QTRY_COMPARE(plot->drawnPoints(QStringLiteral("seconds")).size(), 3);
    QVERIFY(plot->drawnPoints(QStringLiteral("kl")).isEmpty());
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestLiveRunView)
#include "tst_LiveRunView.moc"
