// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/PluginsPage.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "widgets/form/MethodGalleryModel.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/tables/PlainDelegate.h"
#include "widgets/views/Icons.h"

#include <QClipboard>
#include <QFrame>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

namespace {

enum Column {
    MethodColumn,
    FamilyColumn,
    VersionColumn,
    NeedsColumn,
    StateColumn,
    PaperColumn,
    FileColumn,
    ColumnCount
};

QString needsText(const Needs& needs)
{
    QStringList words;
    const auto add = [&](Need need, const QString& word) {
        if (need != Need::No) {
            words.append(need == Need::Optional ? PluginsPage::tr("%1 (optional)").arg(word)
                                                : word);
        }
    };
    add(needs.calibration, PluginsPage::tr("calibration"));
    add(needs.teacher, PluginsPage::tr("teacher"));
    if (needs.gradients) {
        words.append(PluginsPage::tr("gradients"));
    }
    return words.isEmpty() ? PluginsPage::tr("nothing") : words.join(QStringLiteral(", "));
}

} // namespace

PluginsPage::PluginsPage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_table(new QTableWidget(0, ColumnCount, this))
{
    setObjectName(QStringLiteral("plugins"));
    auto* title = new QLabel(tr("Methods"), this);
    setTextRole(title, TextRole::Heading);
    auto* count = new QLabel(this);
    count->setObjectName(QStringLiteral("pluginCount"));
    setRole(count, "muted");
    auto* citation = new QPushButton(icon(Glyph::Copy), tr("Copy BibTeX"), this);
    citation->setObjectName(QStringLiteral("copyBibtex"));
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->setSpacing(12);
    line->addWidget(title);
    line->addWidget(count);
    line->addStretch(1);
    line->addWidget(citation);
    m_table->setObjectName(QStringLiteral("pluginTable"));
    m_table->setHorizontalHeaderLabels({tr("Method"), tr("Family"), tr("Version"), tr("Needs"),
                                        tr("State"), tr("Paper"), tr("File")});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setItemDelegate(new PlainDelegate(m_table));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addWidget(m_table, 1);
    fill();
    const int refused = static_cast<int>(std::count_if(
        context.workspace.methods().plugins().begin(), context.workspace.methods().plugins().end(),
        [](const PluginRecord& plugin) { return !plugin.reason.empty(); }));
    count->setText(tr("%1 loaded, %2 refused").arg(m_table->rowCount() - refused).arg(refused));
    connect(citation, &QPushButton::clicked, this, &PluginsPage::copyCitation);
    const auto update = [this, citation] {
        const int row = m_table->currentRow();
        const bool isMethod =
            row >= 0 &&
            m_context.workspace.methods().find(
                toUtf8(m_table->item(row, MethodColumn)->data(Qt::UserRole).toString())) != nullptr;
        citation->setEnabled(isMethod);
        citation->setToolTip(isMethod ? QString() : tr("Select a loaded method first"));
    };
    connect(m_table, &QTableWidget::itemSelectionChanged, this, update);
    update();
}

void PluginsPage::fill()
{
    std::vector<PluginRecord> plugins = m_context.workspace.methods().plugins();
    // Refused ones first: they are why somebody looks here.
    std::stable_sort(
        plugins.begin(), plugins.end(), [](const PluginRecord& a, const PluginRecord& b) {
            return a.reason.empty() != b.reason.empty() ? !a.reason.empty() : a.id < b.id;
        });
    for (const PluginRecord& plugin : plugins) {
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        const Method* method =
            plugin.reason.empty() ? m_context.workspace.methods().find(plugin.id) : nullptr;
        QStringList texts(ColumnCount);
        texts[MethodColumn] = fromUtf8(plugin.id);
        texts[FamilyColumn] = familyOf(plugin.id);
        texts[FileColumn] = fromPath(plugin.file);
        texts[StateColumn] = plugin.reason.empty() ? tr("Loaded") : fromUtf8(plugin.reason);
        if (method != nullptr) {
            const MethodInfo info = method->info();
            texts[MethodColumn] = fromUtf8(info.title);
            texts[VersionColumn] = QString::number(info.version);
            texts[PaperColumn] = fromUtf8(info.paper);
            texts[NeedsColumn] = needsText(method->needs());
        }
        for (int column = 0; column < ColumnCount; ++column) {
            auto* item = new QTableWidgetItem(texts.at(column));
            item->setToolTip(texts.at(column));
            item->setData(Qt::UserRole, fromUtf8(plugin.id));
            m_table->setItem(row, column, item);
        }
        if (!plugin.reason.empty()) {
            m_table->setSpan(row, StateColumn, 1,
                             PaperColumn - StateColumn + 1); // a whole sentence
        }
        m_table->item(row, StateColumn)
            ->setIcon(method != nullptr ? icon(Glyph::Check, &PlotTheme::success)
                                        : icon(Glyph::Error, &PlotTheme::danger));
    }
    const bool anyRefused = std::any_of(plugins.begin(), plugins.end(),
                                        [](const auto& plugin) { return !plugin.reason.empty(); });
    // A reason is a sentence: it goes over the column of the paper too.
    const int widths[] = {150, 80, 64, 230, anyRefused ? 330 : 110, anyRefused ? 330 : 420, 300};
    for (int column = 0; column < ColumnCount; ++column) {
        m_table->horizontalHeader()->resizeSection(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
}

void PluginsPage::copyCitation()
{
    const int row = m_table->currentRow();
    if (row < 0) {
        return;
    }
    const Method* method = m_context.workspace.methods().find(
        toUtf8(m_table->item(row, MethodColumn)->data(Qt::UserRole).toString()));
    if (method != nullptr) {
        QGuiApplication::clipboard()->setText(fromUtf8(method->info().bibtex));
        Q_EMIT m_context.navigator.messageShown(tr("Citation copied"));
    }
}

} // namespace espalier
