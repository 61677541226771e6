// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/MethodGallery.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeView>

using namespace espalier;
using test::find;

namespace {

GalleryEntry entry(const char* id, const char* title, Needs needs, double seconds)
{
    return {.info = {.id = id, .title = title, .summary = std::string("About ") + title},
            .needs = needs,
            .seconds = seconds};
}

QList<GalleryEntry> sampleEntries()
{
    const Needs nothing;
    const Needs calibration{.calibration = Need::Required};
    const Needs distil{.calibration = Need::Required, .teacher = Need::Required, .gradients = true};
    QList<GalleryEntry> entries{
        entry("quant-gptq", "GPTQ", calibration, 180),
        entry("prune-magnitude", "Magnitude", nothing, 6),
        entry("prune-wanda", "Wanda", calibration, 52),
        entry("prune-sparsegpt", "SparseGPT", calibration, 204),
        entry("distill-logits", "Logit KD", distil, 2640),
        entry("distill-tinybert", "TinyBERT", distil, -1),
        entry("shrink-heads", "注意力头剪枝", {.calibration = Need::Required, .gradients = true},
              240),
        entry("distill-minillm", "MiniLLM", distil, 5760),
    };
    entries[5].unusable = QStringLiteral("encoder");
    entries[5].reason = QStringLiteral("TinyBERT works on encoders; trellis-300M is a decoder.");
    return entries;
}

QStringList shownMethods(const MethodGallery& gallery)
{
    const auto* model = find<QTreeView>(gallery, "methodTree")->model();
    QStringList names;
    for (int group = 0; group < model->rowCount(); ++group) {
        const QModelIndex parent = model->index(group, 0);
        for (int row = 0; row < model->rowCount(parent); ++row) {
            names.append(model->index(row, 0, parent).data().toString());
        }
    }
    return names;
}

} // namespace

class TestMethodGallery : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheModelRules();
    void groupsInTheUsersOrder();
    void filters_data();
    void filters();
    void saysWhenNothingMatches();
    void keepsTheChoiceWhenRefreshed();
    void writesShortDurations();
    void looksRight();
};

void TestMethodGallery::keepsTheModelRules()
{
    MethodGalleryModel model;
    MethodGalleryFilter filter;
    filter.setSourceModel(&model);
    QAbstractItemModelTester source(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QAbstractItemModelTester proxy(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEntries(sampleEntries());
    filter.setQuery(QStringLiteral("wanda"));
    model.setEntries({});
}

void TestMethodGallery::groupsInTheUsersOrder()
{
    MethodGalleryModel model;
    model.setEntries(sampleEntries());
    QStringList groups;
    for (int row = 0; row < model.rowCount(); ++row) {
        groups.append(model.item(row)->text());
    }
    QCOMPARE(groups,
             (QStringList{QStringLiteral("Set weights to zero"), QStringLiteral("Remove parts"),
                          QStringLiteral("Distil from a teacher"),
                          QStringLiteral("Quantise and recover")}));
}

void TestMethodGallery::filters_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("word") << QStringLiteral("wand") << QStringList{QStringLiteral("Wanda")};
    QTest::newRow("nothing needed")
        << QStringLiteral("needs:none") << QStringList{QStringLiteral("Magnitude")};
    QTest::newRow("family") << QStringLiteral("family:prune time<60s")
                            << QStringList{QStringLiteral("Magnitude"), QStringLiteral("Wanda")};
    QTest::newRow("teacher and time")
        << QStringLiteral("needs:teacher time>1h") << QStringList{QStringLiteral("MiniLLM")};
}

void TestMethodGallery::filters()
{
    QFETCH(QString, query);
    QFETCH(QStringList, names);
    MethodGallery gallery;
    gallery.setEntries(sampleEntries());
    find<QLineEdit>(gallery, "methodFilter")->setText(query);
    QCOMPARE(shownMethods(gallery), names);
}

void TestMethodGallery::saysWhenNothingMatches()
{
    MethodGallery gallery;
    gallery.setEntries(sampleEntries());
    show(gallery, {310, 500});
    find<QLineEdit>(gallery, "methodFilter")->setText(QStringLiteral("xyzzy"));
    QVERIFY(find<QLabel>(gallery, "methodsEmpty")->isVisible());
    QVERIFY(find<QLabel>(gallery, "methodsEmpty")->text().contains(QStringLiteral("xyzzy")));
}

void TestMethodGallery::keepsTheChoiceWhenRefreshed()
{
    MethodGallery gallery;
    gallery.setEntries(sampleEntries());
    QSignalSpy chosen(&gallery, &MethodGallery::currentMethodChanged);
    gallery.setCurrentMethod(QStringLiteral("prune-wanda"));
    QCOMPARE(chosen.last().first().toString(), QStringLiteral("prune-wanda"));
    gallery.setEntries(sampleEntries());
    QCOMPARE(gallery.currentMethod(), QStringLiteral("prune-wanda"));
    QCOMPARE(gallery.selectedMethods(), QStringList{QStringLiteral("prune-wanda")});
}

void TestMethodGallery::writesShortDurations()
{
    QCOMPARE(briefDuration(6.2), QStringLiteral("6 s"));
    QCOMPARE(briefDuration(204), QStringLiteral("3.4 min"));
    QCOMPARE(briefDuration(2640), QStringLiteral("44 min"));
    QCOMPARE(briefDuration(5760), QStringLiteral("1.6 h"));
    QCOMPARE(briefDuration(-1), QStringLiteral("–"));
}

void TestMethodGallery::looksRight()
{
    MethodGallery gallery;
    gallery.setEntries(sampleEntries());
    gallery.setCurrentMethod(QStringLiteral("prune-sparsegpt"));
    show(gallery, {310, 420});
    savePictures(gallery, QStringLiteral("MethodGallery"));
}

QTEST_MAIN(TestMethodGallery)
#include "tst_MethodGallery.moc"
