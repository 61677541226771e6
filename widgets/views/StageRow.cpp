// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/StageRow.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace espalier {

namespace {

constexpr int kBarHeight = 4;
constexpr int kGap = 16;
constexpr int kBadge = 16;

} // namespace

StageRow::StageRow(QWidget* parent)
    : QWidget(parent)
    , m_time(new QWidget(this))
    , m_left(new QLabel(m_time))
    , m_below(new QLabel(m_time))
{
    setObjectName(QStringLiteral("stageRow"));
    m_left->setObjectName(QStringLiteral("timeLeft"));
    m_below->setObjectName(QStringLiteral("timeBelow"));
    QFont bold = m_left->font();
    bold.setWeight(QFont::DemiBold);
    m_left->setFont(bold);
    setRole(m_below, "muted");
    setTextRole(m_below, TextRole::Caption);
    auto* column = new QVBoxLayout(m_time);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    for (QLabel* label : {m_left, m_below}) {
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        column->addWidget(label);
    }
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 4);
    layout->addStretch(1);
    layout->addWidget(m_time);
}

void StageRow::setStages(const QList<StageLook>& stages)
{
    m_stages = stages;
    QStringList words;
    for (const StageLook& stage : stages) {
        const QString state = stage.state == StageState::Done      ? tr("done")
                              : stage.state == StageState::Current ? tr("at work")
                              : stage.state == StageState::Failed  ? tr("failed")
                                                                   : tr("waiting");
        words.append(QStringLiteral("%1: %2 %3").arg(stage.title, state, stage.detail).trimmed());
    }
    setAccessibleName(words.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

void StageRow::setTimeLeft(const QString& text, const QString& below, const QString& reason)
{
    m_left->setText(text);
    m_below->setText(below);
    m_time->setToolTip(reason);
    update();
}

QSize StageRow::sizeHint() const
{
    return {700,
            std::max(fontMetrics().height() + kBarHeight + 14, m_time->sizeHint().height() + 8)};
}

QSize StageRow::minimumSizeHint() const
{
    return {320, sizeHint().height()};
}

void StageRow::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        m_left->setFont(bold);
        updateGeometry();
    }
}

void StageRow::paintEvent(QPaintEvent*)
{
    if (m_stages.isEmpty()) {
        return;
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int room = width() - m_time->sizeHint().width() - kGap;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    QList<int> widths;
    for (const StageLook& stage : m_stages) {
        widths.append(kBadge + 14 + kGap + QFontMetrics(bold).horizontalAdvance(stage.title) +
                      fontMetrics().horizontalAdvance(stage.detail));
    }
    const int spare = room - std::accumulate(widths.begin(), widths.end(), 0);
    const int count = static_cast<int>(m_stages.size());
    int left = 0;
    for (int i = 0; i < count;
         ++i) { // what each needs and an equal share of the rest; too narrow: all alike
        const int stageWidth = spare >= 0 ? widths[i] + spare / count : room / count;
        paintStage(painter, QRect(left, 0, stageWidth - kGap, height()), i);
        left += stageWidth;
    }
}

void StageRow::paintStage(QPainter& painter, const QRect& rect, int index) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    const StageLook& stage = m_stages[index];
    const int line = fontMetrics().height();
    const int top = (rect.height() - line - kBarHeight - 6) / 2;
    const QRectF badge(rect.left(), top + (line - kBadge) / 2.0, kBadge, kBadge);
    QFont small = textFont(TextRole::Caption);
    if (stage.state == StageState::Done) {
        paintGlyph(painter, Glyph::Check, theme.success, badge);
    } else if (stage.state == StageState::Failed) {
        paintGlyph(painter, Glyph::Error, theme.danger, badge);
    } else {
        const bool isCurrent = stage.state == StageState::Current;
        painter.setPen(QPen(isCurrent ? theme.accent : theme.control, 1));
        painter.setBrush(isCurrent ? QBrush(theme.accent) : QBrush(Qt::NoBrush));
        painter.drawEllipse(badge.adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setFont(small);
        painter.setPen(isCurrent ? theme.onAccent : theme.textMuted);
        painter.drawText(badge, Qt::AlignCenter, QString::number(index + 1));
    }
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    QRect text(rect.left() + kBadge + 6, top, rect.width() - kBadge - 6, line);
    const bool isWaiting = stage.state == StageState::Waiting;
    painter.setFont(bold);
    painter.setPen(isWaiting ? theme.textMuted : theme.text);
    const QString title = QFontMetrics(bold).elidedText(stage.title, Qt::ElideRight, text.width());
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft, title);
    text.setLeft(text.left() + QFontMetrics(bold).horizontalAdvance(title) + 6);
    painter.setFont(font());
    painter.setPen(theme.textMuted);
    painter.drawText(
        text, Qt::AlignVCenter | Qt::AlignLeft,
        fontMetrics().elidedText(stage.detail, Qt::ElideRight, std::max(0, text.width())));

    const QRectF bar(rect.left(), top + line + 6, rect.width(), kBarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(bar, 2, 2);
    const double share = stage.state == StageState::Done ? 1.0
                         : isWaiting                     ? 0.0
                                                         : std::clamp(stage.share, 0.0, 1.0);
    if (share > 0) {
        painter.setBrush(stage.state == StageState::Done     ? theme.success
                         : stage.state == StageState::Failed ? theme.danger
                                                             : theme.accent);
        painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * share, kBarHeight)), 2,
                                2);
    }
}

} // namespace espalier
