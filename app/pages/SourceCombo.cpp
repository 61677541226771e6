// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/SourceCombo.h"

#include "widgets/form/WheelGuard.h"

#include <QAbstractItemView>
#include <QFileDialog>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

constexpr int kWidth = 200;
constexpr const char* kCalibrationFile = "stories-calibration.i32";

/// "jsonl:reviews.jsonl#text" for JSON lines, tokens: for .i32, else text:.
QString sourceOf(const QString& file)
{
    if (file.endsWith(QStringLiteral(".i32"))) {
        return QStringLiteral("tokens:") + file;
    }
    if (file.contains(QStringLiteral(".jsonl"))) {
        return QStringLiteral("jsonl:") + file + QStringLiteral("#text");
    }
    return QStringLiteral("text:") + file;
}

} // namespace

SourceCombo::SourceCombo(QWidget* parent)
    : QComboBox(parent)
{
    WheelGuard::protect(this);
    setFixedWidth(std::max(kWidth, fontMetrics().averageCharWidth() * 26));
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    view()->setTextElideMode(Qt::ElideMiddle);
    connect(this, &QComboBox::activated, this, &SourceCombo::choose);
}

void SourceCombo::setEntries(const QList<Entry>& entries, const QString& other)
{
    const QString kept = m_value;
    clear();
    for (const Entry& entry : entries) {
        addItem(entry.label, entry.value);
        setItemData(count() - 1, entry.tip.isEmpty() ? entry.label : entry.tip, Qt::ToolTipRole);
    }
    m_hasOther = !other.isEmpty();
    if (m_hasOther) {
        insertSeparator(count());
        addItem(other);
    }
    const int index = findData(kept);
    if (index >= 0) {
        setCurrentIndex(index);
    } else if (!entries.isEmpty()) {
        setCurrentIndex(0);
        m_value = entries.first().value;
        Q_EMIT valueChanged(m_value);
    }
}

QString SourceCombo::value() const
{
    return m_value;
}

void SourceCombo::setValue(const QString& value)
{
    int index = findData(value);
    if (index < 0) {
        const QString label = QFileInfo(value.section(QLatin1Char(':'), 1)).fileName();
        insertItem(0, label.isEmpty() ? value : label, value);
        setItemData(0, value, Qt::ToolTipRole);
        index = 0;
    }
    setCurrentIndex(index);
    if (m_value != value) {
        m_value = value;
        Q_EMIT valueChanged(value);
    }
}

void SourceCombo::choose(int index)
{
    if (m_hasOther && index == count() - 1) {
        setCurrentIndex(findData(m_value));
        Q_EMIT otherRequested();
        return;
    }
    const QString value = itemData(index).toString();
    if (m_value != value) {
        m_value = value;
        Q_EMIT valueChanged(value);
    }
}

DataCombo::DataCombo(const QString& demo, QWidget* parent)
    : SourceCombo(parent)
    , m_choose([this](const QString& title, const QString& current) {
        return QFileDialog::getOpenFileName(
            this, title, current,
            tr("Text, JSON lines or tokens (*.txt *.jsonl *.jsonl.gz *.i32);;"
               "All files (*)"));
    })
{
    QList<Entry> entries;
    const QString calibration = demo + QLatin1Char('/') + QString::fromLatin1(kCalibrationFile);
    if (QFileInfo::exists(calibration)) {
        entries.append({tr("Stories by the model"), QStringLiteral("tokens:") + calibration,
                        tr("Sampled from the bundled model itself at a fixed seed; token ids that "
                           "only its tokenizer knows.")});
    }
    entries.append({tr("TinyStories sample"), QStringLiteral("builtin:tinystories"),
                    tr("Five real stories that come with the program.")});
    setEntries(entries, tr("Choose a file…"));
    connect(this, &SourceCombo::otherRequested, this, &DataCombo::chooseFile);
}

void DataCombo::setFileChooser(FileChooser choose)
{
    m_choose = std::move(choose);
}

void DataCombo::chooseFile()
{
    const QString file = m_choose(tr("Choose data"), value().section(QLatin1Char(':'), 1));
    if (!file.isEmpty()) {
        setValue(sourceOf(file));
    }
}

} // namespace espalier
