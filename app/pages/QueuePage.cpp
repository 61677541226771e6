// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/QueuePage.h"

#include "app/SelectionModel.h"
#include "app/Workspace.h"
#include "app/pages/LiveRunView.h"
#include "app/pages/RunQuestion.h"
#include "app/settings/Settings.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/tables/PlainDelegate.h"
#include "widgets/views/EmptyState.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kBarHeight = 6;
constexpr int kPadding = 8;

/// A bar with the percentage behind it.
class ProgressDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const QString text = index.data(Qt::DisplayRole).toString();
        QStyleOptionViewItem shown = option;
        const int textWidth = option.fontMetrics.horizontalAdvance(QStringLiteral("100 %")) + 8;
        shown.rect.setLeft(option.rect.right() - textWidth - kPadding);
        painter->fillRect(option.rect, option.state & QStyle::State_Selected
                                           ? option.palette.highlight()
                                           : option.palette.base());
        if (text.isEmpty()) {
            return;
        }
        const PlotTheme& theme = PlotTheme::of(option.palette);
        const QRectF bar(option.rect.left() + kPadding,
                         option.rect.center().y() - kBarHeight / 2.0 + 1,
                         option.rect.width() - textWidth - 3 * kPadding, kBarHeight);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.line);
        painter->drawRoundedRect(bar, 3, 3);
        QRectF done = bar;
        done.setWidth(bar.width() * std::max(0.0, index.data(RunListModel::ShareRole).toDouble()));
        painter->setBrush(theme.accent);
        painter->drawRoundedRect(done, 3, 3);
        painter->restore();
        QStyledItemDelegate::paint(painter, shown, index);
    }
};

} // namespace

QueuePage::QueuePage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_stack(new QStackedWidget(this))
    , m_empty(new EmptyState(Glyph::Queue, this))
    , m_live(new LiveRunView(context, this))
    , m_list(makeList())
    , m_question([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [&methods = m_context.workspace.methods()](const StoreReader& store) {
                return readRunList(store, methods);
            },
            [this, done](const QList<ListedRun>& runs) {
                showRuns(runs);
                done();
            });
    })
{
    setObjectName(QStringLiteral("queue"));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_list);
    m_stack->addWidget(m_live);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    connect(m_empty, &EmptyState::actionTriggered, this,
            [this] { Q_EMIT m_context.navigator.pageRequested(QStringLiteral("newRun")); });
    connect(m_live, &LiveRunView::closed, this, [this] { openRun(0); });
    connect(&context.workspace, &Workspace::runsChanged, this, [this] { m_question.request(); });
    connect(&context.selection, &SelectionModel::openRunChanged, this, &QueuePage::showPart);
    addActions();
    showPart();
    m_question.request();
}

QWidget* QueuePage::makeList()
{
    auto* list = new QWidget(this);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeListHeader());
    m_runQuestion = new RunQuestion(list);
    column->addWidget(m_runQuestion);
    m_table = new QTableView(list);
    m_table->setObjectName(QStringLiteral("runList"));
    m_table->setModel(&m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    m_table->setItemDelegate(new PlainDelegate(m_table));
    m_table->setItemDelegateForColumn(RunListModel::ProgressColumn, new ProgressDelegate(m_table));
    QHeaderView* header = m_table->horizontalHeader();
    header->setStretchLastSection(false);
    header->setHighlightSections(false);
    const int widths[] = {120, 280, 140, 240, 170, 90, 170};
    for (int column_ = 0; column_ < RunListModel::ColumnCount; ++column_) {
        header->resizeSection(column_, widths[column_]);
    }
    header->setSectionResizeMode(RunListModel::StageColumn, QHeaderView::Stretch);
    column->addWidget(m_table, 1);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        openRun(index.data(RunListModel::IdRole).toLongLong());
    });
    return list;
}

QWidget* QueuePage::makeListHeader()
{
    auto* header = new QWidget(this);
    auto* title = new QLabel(tr("All runs"), header);
    setTextRole(title, TextRole::Heading);
    m_buttons = new QHBoxLayout(header);
    m_buttons->setContentsMargins(12, 8, 12, 8);
    m_buttons->setSpacing(4);
    m_buttons->addWidget(title);
    m_buttons->addStretch(1);
    return header;
}

qint64 QueuePage::currentRun() const
{
    const QModelIndex index = m_table->currentIndex();
    return index.isValid() ? index.data(RunListModel::IdRole).toLongLong() : 0;
}

QString QueuePage::currentName() const
{
    const int row = m_model.rowOf(currentRun());
    return row < 0 ? QString() : m_model.runs().at(row).name;
}

void QueuePage::openRun(qint64 id)
{
    m_context.selection.setOpenRun(id);
}

void QueuePage::showRuns(const QList<ListedRun>& runs)
{
    m_model.setRuns(runs);
    updateActions();
    if (const qint64 asked = m_runQuestion->run(); asked != 0) {
        const int row = m_model.rowOf(asked);
        const bool hasEnded = row < 0 || isFinal(m_model.runs().at(row).status);
        if (row < 0 || m_runQuestion->isAboutStopping() == hasEnded) {
            m_runQuestion->dismiss(); // nothing is left to ask
        }
    }
    showPart();
}

void QueuePage::showPart()
{
    const qint64 open = m_context.selection.openRun();
    if (open != 0) {
        m_live->setRun(open);
        showWidget(m_live, m_live);
    } else if (m_model.runs().isEmpty()) {
        m_empty->setText(tr("Nothing is waiting. Start a run with Ctrl+N."), tr("New run"));
        showWidget(m_empty, m_empty);
    } else {
        showWidget(m_list, m_table);
    }
}

void QueuePage::showWidget(QWidget* part, QWidget* focus)
{
    const bool isOther = m_stack->currentWidget() != part;
    m_stack->setCurrentWidget(part);
    setFocusProxy(focus);
    if (isOther && isVisible()) {
        focus->setFocus(); // the arrow keys and Esc belong to what is seen
    }
}

} // namespace espalier
