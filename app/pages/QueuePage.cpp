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

/// In the menu of the table and as a button above it.
QAction* QueuePage::addAction(const QString& text, const char* name, Glyph glyph)
{
    auto* action = new QAction(icon(glyph), text, m_table);
    action->setObjectName(QString::fromLatin1(name));
    m_table->addAction(action);
    auto* button = new QToolButton(this);
    button->setObjectName(QString::fromLatin1(name) + QStringLiteral("Button"));
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setRole(button, "flat");
    m_buttons->addWidget(button);
    return action;
}

void QueuePage::addActions()
{
    m_open = addAction(tr("Open"), "openRun", Glyph::ChevronRight);
    m_pause = addAction(tr("Pause"), "pauseRun", Glyph::Pause);
    m_resume = addAction(tr("Resume"), "resumeRun", Glyph::Play);
    m_stop = addAction(tr("Stop…"), "stopRun", Glyph::Stop);
    m_retry = addAction(tr("Retry"), "retryRun", Glyph::Retry);
    m_delete = addAction(tr("Delete…"), "deleteRun", Glyph::Delete);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto connectCommand = [this](QAction* action, void (Workspace::*what)(qint64)) {
        connect(action, &QAction::triggered, this,
                [this, what] { (m_context.workspace.*what)(currentRun()); });
    };
    connectCommand(m_pause, &Workspace::pause);
    connectCommand(m_resume, &Workspace::resume);
    connectCommand(m_retry, &Workspace::retry);
    connect(m_open, &QAction::triggered, this, [this] { openRun(currentRun()); });
    connect(m_stop, &QAction::triggered, this,
            [this] { m_runQuestion->askToStop(currentRun(), currentName()); });
    connect(m_delete, &QAction::triggered, this,
            [this] { m_runQuestion->askToDelete(currentRun(), currentName()); });
    connect(m_runQuestion, &RunQuestion::stopConfirmed, &m_context.workspace, &Workspace::stop);
    connect(m_runQuestion, &RunQuestion::deleteConfirmed, &m_context.workspace, &Workspace::remove);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &QueuePage::updateActions);
    updateActions();
}

void QueuePage::updateActions()
{
    const int row = m_model.rowOf(currentRun());
    const ListedRun run = row >= 0 ? m_model.runs().at(row) : ListedRun{};
    const RunStatus status = run.status;
    const bool isHeld = status == RunStatus::Paused || status == RunStatus::Interrupted;
    const bool hasEnded = status == RunStatus::Failed || status == RunStatus::Cancelled;
    QString reason;
    if (row < 0) {
        reason = tr("Choose a run in the list first.");
    } else if (m_context.workspace.isReadOnly()) {
        reason = tr("This workspace is read-only: %1").arg(m_context.workspace.readOnlyReason());
    } else if (run.isStudy) {
        reason = tr("A study is made of its runs; choose one of those.");
    }
    const auto allow = [&reason](QAction* action, bool isPossible, const QString& does,
                                 const QString& needs) {
        action->setEnabled(reason.isEmpty() && isPossible);
        action->setToolTip(!reason.isEmpty() ? reason : isPossible ? does : needs);
    };
    m_open->setEnabled(row >= 0 && !run.isStudy);
    m_open->setToolTip(m_open->isEnabled() ? tr("Show this run (Enter)") : reason);
    allow(m_pause, status == RunStatus::Running || status == RunStatus::Waiting,
          tr("Frees the machine; the run goes on from there later"),
          tr("Only a run that works or waits can be paused."));
    allow(m_resume, isHeld || hasEnded, tr("Goes on from the last checkpoint"),
          tr("Only a run that was paused, stopped or failed can be resumed."));
    allow(m_stop, run.isActive(), tr("Ends the run; what was finished is kept"),
          tr("This run has ended."));
    allow(m_retry, hasEnded, tr("Runs it again from the beginning, under the same number"),
          tr("Only a run that was stopped or failed can be retried."));
    allow(m_delete, isFinal(status), tr("Removes the run and its files"),
          tr("Only a run that has ended can be deleted. Stop it first."));
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
