// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/LogView.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"
#include "widgets/views/SegmentedButtons.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kPad = 8;
constexpr int kIcon = 14;

class LogDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {100, std::max(19, option.fontMetrics.height() + 4)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const PlotTheme& theme = PlotTheme::of(option.palette);
        const auto level = static_cast<EventLevel>(index.data(LogModel::LevelRole).toInt());
        painter->save();
        if (option.state & QStyle::State_Selected) {
            painter->fillRect(option.rect, theme.accentSoft);
        }
        QRect rect = option.rect.adjusted(kPad, 0, -kPad, 0);
        QFont mono = textFont(TextRole::Mono);
        mono.setPointSizeF(option.font.pointSizeF());
        painter->setFont(mono);
        painter->setPen(theme.textMuted);
        const QString time = index.data(LogModel::TimeRole).toString();
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft, time);
        rect.setLeft(rect.left() + QFontMetrics(mono).horizontalAdvance(time) + 10);
        if (level != EventLevel::Info) {
            const bool isError = level == EventLevel::Error;
            paintGlyph(*painter, isError ? Glyph::Error : Glyph::Warning,
                       isError ? theme.danger : theme.warning,
                       QRectF(rect.left(), rect.center().y() - kIcon / 2.0 + 0.5, kIcon, kIcon));
        }
        rect.setLeft(rect.left() + kIcon + 6);
        painter->setFont(option.font);
        painter->setPen(level == EventLevel::Error ? theme.danger : theme.text);
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight,
                                                            rect.width()));
        painter->restore();
    }
};

} // namespace

LogView::LogView(QWidget* parent)
    : QWidget(parent)
    , m_levels(new SegmentedButtons({tr("All"), tr("Warnings"), tr("Errors")}, this))
    , m_list(new QListView(this))
    , m_newLines(new QPushButton(m_list))
{
    setObjectName(QStringLiteral("logView"));
    m_filter.setSourceModel(&m_model);
    m_levels->setObjectName(QStringLiteral("logLevels"));
    m_levels->setCurrent(0);
    m_list->setObjectName(QStringLiteral("logList"));
    m_list->setAccessibleName(tr("Event log"));
    m_list->setModel(&m_filter);
    m_list->setItemDelegate(new LogDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_newLines->setObjectName(QStringLiteral("newLines"));
    setRole(m_newLines, "small");
    m_newLines->hide();

    auto* title = new QLabel(tr("Event log"), this);
    setTextRole(title, TextRole::Section);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(12, 4, 12, 4);
    top->addWidget(title);
    top->addStretch(1);
    top->addWidget(m_levels);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(m_list, 1);
    updateCounts();

    connect(m_levels, &SegmentedButtons::currentChanged, this, [this](int index) {
        m_filter.setLeast(static_cast<EventLevel>(index + static_cast<int>(EventLevel::Info)));
        follow();
    });
    connect(m_list->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (!m_isAppending) {
            m_isFollowing = value == m_list->verticalScrollBar()->maximum();
            m_unseen = m_isFollowing ? 0 : m_unseen;
            updateNewLines();
        }
    });
    connect(m_newLines, &QPushButton::clicked, this, &LogView::follow);
    connect(m_list, &QListView::activated, this,
            [this](const QModelIndex& index) { Q_EMIT eventActivated(index.data().toString()); });
}

void LogView::append(const std::vector<RunEvent>& events)
{
    m_isAppending = true;
    const int before = m_filter.rowCount();
    m_model.append(events);
    m_isAppending = false;
    updateCounts();
    if (m_isFollowing) {
        follow();
    } else {
        m_unseen += std::max(0, m_filter.rowCount() - before);
        updateNewLines();
    }
}

void LogView::clear()
{
    m_model.clear();
    updateCounts();
    follow();
}

void LogView::follow()
{
    m_isFollowing = true;
    m_unseen = 0;
    m_list->scrollToBottom();
    updateNewLines();
}

void LogView::updateCounts()
{
    m_levels->setLabel(1, tr("Warnings %1").arg(m_model.count(EventLevel::Warning)));
    m_levels->setLabel(2, tr("Errors %1").arg(m_model.count(EventLevel::Error)));
}

void LogView::updateNewLines()
{
    m_newLines->setVisible(m_unseen > 0);
    m_newLines->setText(tr("%n new line(s)", nullptr, m_unseen));
    m_newLines->adjustSize();
    m_newLines->move(m_list->width() - m_newLines->width() - 20,
                     m_list->height() - m_newLines->height() - 8);
}

void LogView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QStringList lines;
        QModelIndexList rows = m_list->selectionModel()->selectedRows();
        std::sort(rows.begin(), rows.end());
        for (const QModelIndex& row : rows) {
            lines.append(row.data(LogModel::TimeRole).toString() + QLatin1Char(' ') +
                         row.data().toString());
        }
        QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
        return;
    }
    if (event->key() == Qt::Key_End) {
        follow();
    }
    QWidget::keyPressEvent(event);
}

} // namespace espalier
