// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/SparsityBars.h"

#include "core/analysis/NumberFormat.h"
#include "widgets/plots/PlotDrawing.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr int kLeastPanelWidth = 100;
constexpr int kPanelHeight = 76; // of the bars alone
constexpr int kGap = 12;
constexpr double kBarOpacity = 0.7;

int axisWidth(const QFontMetrics& metrics)
{
    return metrics.horizontalAdvance(QStringLiteral("0.5")) + 8;
}

} // namespace

SparsityBars::SparsityBars(QWidget* parent)
    : QWidget(parent)
    , m_target(std::numeric_limits<double>::quiet_NaN())
{
    setObjectName(QStringLiteral("sparsityBars"));
    setAccessibleName(tr("Removed share by block"));
    setFocusPolicy(Qt::StrongFocus);
    setTextRole(this, TextRole::Caption);
}

void SparsityBars::setPanels(const QList<BarPanel>& panels)
{
    m_panels = panels;
    updateGeometry();
    update();
}

void SparsityBars::setTarget(double share)
{
    m_target = share;
    update();
}

void SparsityBars::setLinkedBlock(int block)
{
    m_linked = block;
    update();
}

int SparsityBars::columns() const
{
    const int room = width() - axisWidth(fontMetrics());
    const int fit = std::max(1, room / (kLeastPanelWidth + kGap));
    return std::clamp<int>(fit, 1, std::max<int>(1, static_cast<int>(m_panels.size())));
}

int SparsityBars::rowHeight() const
{
    return kPanelHeight + 2 * fontMetrics().height() + 14;
}

QSize SparsityBars::sizeHint() const
{
    const int rows = (static_cast<int>(m_panels.size()) + columns() - 1) / columns();
    return {5 * (kLeastPanelWidth + kGap), std::max(1, rows) * rowHeight()};
}

QSize SparsityBars::minimumSizeHint() const
{
    return {kLeastPanelWidth + axisWidth(fontMetrics()) + kGap, sizeHint().height()};
}

QRect SparsityBars::panelRect(int panel) const
{
    const int left = axisWidth(fontMetrics());
    const int each = (width() - left) / columns();
    return {left + (panel % columns()) * each,
            (panel / columns()) * rowHeight() + fontMetrics().height() + 6, each - kGap,
            kPanelHeight};
}

QRectF SparsityBars::barRect(int panel, int block) const
{
    const QRect frame = panelRect(panel);
    const double step = double(frame.width()) /
                        static_cast<double>(std::max<qsizetype>(1, m_panels[panel].values.size()));
    const double value = m_panels[panel].values[block];
    const double height = std::isfinite(value) ? std::clamp(value, 0.0, 1.0) * frame.height() : 0.0;
    return {frame.left() + block * step, frame.bottom() + 1 - height,
            std::max(1.0, step - (step > 4 ? 1 : 0)), height};
}

int SparsityBars::panelAt(QPoint position) const
{
    for (int panel = 0; panel < m_panels.size(); ++panel) {
        if (panelRect(panel).contains(position)) {
            return panel;
        }
    }
    return -1;
}

int SparsityBars::blockAt(QPoint position) const
{
    const int panel = panelAt(position);
    if (panel < 0 || m_panels[panel].values.isEmpty()) {
        return -1;
    }
    const QRect frame = panelRect(panel);
    return static_cast<int>((position.x() - frame.left()) * m_panels[panel].values.size() /
                            frame.width());
}

void SparsityBars::paintEvent(QPaintEvent*)
{
    const PlotTheme& theme = PlotTheme::of(*this);
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    for (int panel = 0; panel < m_panels.size(); ++panel) {
        paintPanel(painter, panel);
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -2, -2));
    }
}

void SparsityBars::paintPanel(QPainter& painter, int panel) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    const BarPanel& shown = m_panels[panel];
    const QRect frame = panelRect(panel);
    const int line = fontMetrics().height();
    const SeriesStyle style = theme.series(shown.slot);
    paintMark(painter, style, QPointF(frame.left() + 5, frame.top() - line / 2.0 - 4), 8);
    painter.setPen(theme.text);
    painter.drawText(QRect(frame.left() + 14, frame.top() - line - 4, frame.width() - 14, line),
                     Qt::AlignVCenter,
                     fontMetrics().elidedText(shown.label, Qt::ElideMiddle, frame.width() - 14));
    const QColor fill = blended(style.colour, theme.surface, kBarOpacity);
    for (int block = 0; block < shown.values.size(); ++block) {
        const QRectF bar = barRect(panel, block);
        if (std::isfinite(shown.values[block])) {
            painter.fillRect(bar, fill);
        } else { // a missing block is a cross on the axis, not a bar of no height
            painter.setPen(QPen(theme.textMuted, 1));
            painter.drawLine(bar.bottomLeft() + QPointF(0, -5), bar.bottomRight());
            painter.drawLine(bar.bottomLeft(), bar.bottomRight() + QPointF(0, -5));
        }
    }
    painter.setPen(theme.control);
    painter.drawLine(frame.bottomLeft() + QPoint(0, 1), frame.bottomRight() + QPoint(0, 1));
    painter.drawLine(frame.topLeft(), frame.bottomLeft() + QPoint(0, 1));
    if (std::isfinite(m_target)) {
        const int y = frame.bottom() + 1 - static_cast<int>(std::lround(m_target * frame.height()));
        painter.setPen(QPen(theme.text, 1, Qt::DashLine));
        painter.drawLine(frame.left(), y, frame.right(), y);
    }
    if (m_linked >= 0 && m_linked < shown.values.size()) {
        QRectF bar = barRect(panel, m_linked);
        bar.setTop(frame.top() - 1);
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRect(bar.adjusted(-1, 0, 1, 1));
    }
    painter.setPen(theme.textMuted);
    const QRect below(frame.left(), frame.bottom() + 3, frame.width(), line);
    painter.drawText(below, Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(below, Qt::AlignRight,
                     QString::number(std::max<qsizetype>(0, shown.values.size() - 1)));
    if (panel % columns() == 0) {
        for (const double tick : {0.0, 0.5, 1.0}) {
            const int y = frame.bottom() + 1 - static_cast<int>(std::lround(tick * frame.height()));
            painter.drawText(QRect(0, y - line / 2, frame.left() - 5, line),
                             Qt::AlignRight | Qt::AlignVCenter,
                             tick == 0.5 ? QStringLiteral("0.5") : QString::number(tick));
        }
    }
}

void SparsityBars::mousePressEvent(QMouseEvent* event)
{
    if (const int block = blockAt(event->pos()); event->button() == Qt::LeftButton && block >= 0) {
        setLinkedBlock(block);
        Q_EMIT blockActivated(block);
    }
}

void SparsityBars::keyPressEvent(QKeyEvent* event)
{
    qsizetype blocks = 0;
    for (const BarPanel& panel : m_panels) {
        blocks = std::max(blocks, panel.values.size());
    }
    if ((event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) && blocks > 0) {
        const int step = event->key() == Qt::Key_Left ? -1 : 1;
        setLinkedBlock(std::clamp(m_linked + step, 0, static_cast<int>(blocks) - 1));
        Q_EMIT blockActivated(m_linked);
        return;
    }
    QWidget::keyPressEvent(event);
}

bool SparsityBars::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int panel = panelAt(help->pos());
        const int block = blockAt(help->pos());
        QString text;
        if (block >= 0) {
            const double value = m_panels[panel].values[block];
            text = tr("%1, block %2: %3")
                       .arg(m_panels[panel].label, QString::number(block),
                            std::isfinite(value) ? QString::fromStdString(fixedText(value, 3))
                                                 : tr("missing"));
        }
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

void SparsityBars::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updateGeometry(); // fewer panels beside each other need more height
}

} // namespace espalier
