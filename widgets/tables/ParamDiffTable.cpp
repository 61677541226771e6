// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/ParamDiffTable.h"

#include "widgets/form/ParamEditors.h"
#include "widgets/tables/PlainDelegate.h"

#include <QHeaderView>

#include <algorithm>
#include <set>

namespace espalier {

namespace {

const ParamValue* valueOf(const ParamDiffTable::Run& run, const std::string& key)
{
    const auto found = run.values.find(key);
    return found == run.values.end() ? nullptr : &found->second;
}

bool differs(const QList<ParamDiffTable::Run>& runs, const std::string& key)
{
    const ParamValue* first = valueOf(runs.first(), key);
    return std::any_of(runs.begin(), runs.end(), [&](const ParamDiffTable::Run& run) {
        const ParamValue* other = valueOf(run, key);
        return first == nullptr || other == nullptr ? first != other : !(*first == *other);
    });
}

QString shown(const ParamValue* value)
{
    if (value == nullptr || std::holds_alternative<std::monostate>(*value)) {
        return QStringLiteral("–");
    }
    if (const bool* flag = std::get_if<bool>(value)) {
        return *flag ? ParamDiffTable::tr("yes") : ParamDiffTable::tr("no");
    }
    return schemaText(toText(*value));
}

} // namespace

ParamDiffTable::ParamDiffTable(QWidget* parent)
    : QTableWidget(parent)
{
    setObjectName(QStringLiteral("paramDiff"));
    setAccessibleName(tr("Differences between runs"));
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setShowGrid(false);
    setItemDelegate(new PlainDelegate(this));
    verticalHeader()->hide();
    horizontalHeader()->setHighlightSections(false);
}

void ParamDiffTable::setRuns(const QList<Run>& runs, const ParamSchema& schema)
{
    clear();
    setRowCount(0);
    setColumnCount(static_cast<int>(runs.size()) + 1);
    QStringList headers{tr("Parameter")};
    std::set<std::string> keys;
    for (const Run& run : runs) {
        headers.append(run.name);
        for (const auto& [key, value] : run.values) {
            keys.insert(key);
        }
    }
    setHorizontalHeaderLabels(headers);
    for (int column = 0; column < columnCount(); ++column) {
        horizontalHeaderItem(column)->setTextAlignment(
            (column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    if (runs.isEmpty()) {
        return;
    }
    for (const ParamSpec& spec : schema) { // the schema's order first, then what it does not know
        if (keys.erase(spec.key) > 0 && differs(runs, spec.key)) {
            addRow(schemaText(spec.label), runs, spec.key);
        }
    }
    for (const std::string& key : keys) {
        if (differs(runs, key)) {
            addRow(QString::fromStdString(key), runs, key);
        }
    }
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
}

void ParamDiffTable::addRow(const QString& label, const QList<Run>& runs, const std::string& key)
{
    const int row = rowCount();
    insertRow(row);
    setItem(row, 0, new QTableWidgetItem(label));
    for (int column = 0; column < runs.size(); ++column) {
        auto* cell = new QTableWidgetItem(shown(valueOf(runs.at(column), key)));
        cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        setItem(row, column + 1, cell);
    }
}

} // namespace espalier
