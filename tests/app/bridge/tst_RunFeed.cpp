// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/RunFeed.h"
#include "tests/widgets/support/WidgetTest.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QThread>

#include <thread>

namespace espalier::test {

class TestRunFeed : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void tellsOfALoneChangeAtOnce();
    void tellsEachRunOnceHoweverOftenItChanged();
    void neverTellsMoreThanTwentyTimesASecond();
    void losesNothingThatChangesWhileItWaits();
    void speaksOnTheThreadItLivesOn();
};

void TestRunFeed::tellsOfALoneChangeAtOnce()
{
    RunFeed feed;
    QSignalSpy spy(&feed, &RunFeed::runsChanged);
    feed.runChanged(RunId{7});
    QCoreApplication::processEvents();
    QCOMPARE(spy.size(), 1);
    QCOMPARE(spy.first().first().value<QList<qint64>>(), QList<qint64>{7});
}

void TestRunFeed::tellsEachRunOnceHoweverOftenItChanged()
{
    RunFeed feed;
    QSignalSpy spy(&feed, &RunFeed::runsChanged);
    for (int i = 0; i < 1000; ++i) {
        feed.runChanged(RunId{2});
        feed.runChanged(RunId{1});
    }
    QCoreApplication::processEvents();
    QCOMPARE(spy.size(), 1);
    QCOMPARE(spy.first().first().value<QList<qint64>>(), (QList<qint64>{1, 2}));
}

void TestRunFeed::neverTellsMoreThanTwentyTimesASecond()
{
    RunFeed feed;
    QSignalSpy spy(&feed, &RunFeed::runsChanged);
    QElapsedTimer watch;
    watch.start();
    qint64 told = 0;
    while (watch.elapsed() < 600) {
        feed.runChanged(RunId{++told});
        QCoreApplication::processEvents();
    }
    const auto most = watch.elapsed() / RunFeed::kIntervalMs + 1;
    QVERIFY2(spy.size() <= most, qPrintable(QStringLiteral("%1 signals").arg(spy.size())));
    QVERIFY(spy.size() > 1);
    // What came during the last pause is still told.
    const auto lastTold = [&spy] { return spy.last().first().value<QList<qint64>>().last(); };
    QTRY_COMPARE(lastTold(), told);
}

void TestRunFeed::losesNothingThatChangesWhileItWaits()
{
    RunFeed feed;
    QList<qint64> all;
    connect(&feed, &RunFeed::runsChanged, this,
            [&all](const QList<qint64>& ids) { all.append(ids); });
    feed.runChanged(RunId{1});
    QCoreApplication::processEvents();
    QCOMPARE(all, QList<qint64>{1});
    feed.runChanged(RunId{2});
    QCoreApplication::processEvents();
    QCOMPARE(all, QList<qint64>{1}); // within the pause
    QTRY_COMPARE(all, (QList<qint64>{1, 2}));
}

void TestRunFeed::speaksOnTheThreadItLivesOn()
{
    RunFeed feed;
    QThread* spokenOn = nullptr;
    connect(
        &feed, &RunFeed::runsChanged, this, [&spokenOn] { spokenOn = QThread::currentThread(); },
        Qt::DirectConnection);
    std::thread worker([&feed] { feed.runChanged(RunId{3}); });
    worker.join();
    QTRY_COMPARE(spokenOn, QThread::currentThread());
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestRunFeed)
#include "tst_RunFeed.moc"
