// SPDX-License-Identifier: GPL-3.0-or-later
// Everything a LayerHeatmap draws.
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/ColourMap.h"
#include "widgets/plots/LayerHeatmapLayout.h"
#include "widgets/plots/PlotTheme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr int kLegendBar = 68;
constexpr int kLegendGap = 18;

double shareOf(double value, const LayerBoard::Range& range, LayerHeatmap::Strip strip)
{
    if (strip == LayerHeatmap::Strip::Sparsity) {
        return (value - range.low) / (range.high - range.low);
    }
    return value <= 0 ? 0.0 : std::log10(value / range.low) / std::log10(range.high / range.low);
}

/// As short as a cell needs: ".61" and "2.4" (per cent).
QString cellText(double value, LayerHeatmap::Strip strip)
{
    if (strip == LayerHeatmap::Strip::Sparsity) {
        QString text = QString::fromStdString(fixedText(value, 2));
        return text.startsWith(QLatin1String("0.")) ? text.mid(1) : text;
    }
    const double percent = value * 100;
    return QString::fromStdString(
        percent < 0.05 && percent > 0 ? "<.1" : fixedText(percent, percent < 99.95 ? 1 : 0));
}

QString percent(double share)
{
    return QString::fromStdString(percentText(share, share < 0.00999 ? 1 : 0));
}

/// Paints "Sparsity 0.40 [bar] 0.75" with its right edge at `right`; returns its left edge.
int paintBar(QPainter& painter, int right, int top, int height, const QStringList& words,
             const ColourMap& map)
{
    const QFontMetrics metrics = painter.fontMetrics();
    const QColor muted = PlotTheme::of(*static_cast<QWidget*>(painter.device())).textMuted;
    painter.setPen(muted);
    const int high = metrics.horizontalAdvance(words.at(1));
    painter.drawText(QRect(right - high, top, high, height), Qt::AlignVCenter | Qt::AlignRight,
                     words.at(1));
    const int barLeft = right - high - 6 - kLegendBar;
    for (int x = 0; x < kLegendBar; ++x) {
        painter.fillRect(barLeft + x, top + height / 2 - 4, 1, 8,
                         map.at(x / double(kLegendBar - 1)));
    }
    const int low = metrics.horizontalAdvance(words.at(0));
    painter.drawText(QRect(barLeft - 6 - low, top, low, height), Qt::AlignVCenter | Qt::AlignRight,
                     words.at(0));
    return barLeft - 6 - low;
}

} // namespace

void LayerHeatmap::paintEvent(QPaintEvent* event)
{
    const PlotTheme& theme = PlotTheme::of(*this);
    QPainter painter(this);
    painter.fillRect(event->rect(), theme.surface);
    const Layout layout = layoutNow();
    painter.setFont(layout.font);
    if (layout.blocks == 0 || layout.linears == 0) {
        return;
    }
    paintLegend(painter, layout);
    paintLabels(painter, layout);
    for (const Strip strip : {Strip::Sparsity, Strip::Error}) {
        for (int linear = 0; linear < layout.linears; ++linear) {
            for (int block = 0; block < layout.blocks; ++block) {
                if (event->rect().intersects(layout.cell(strip, {linear, block}))) {
                    paintCell(painter, layout, strip, {linear, block});
                }
            }
        }
    }
    paintTimes(painter, layout);
    paintFrames(painter, layout);
}

void LayerHeatmap::paintLegend(QPainter& painter, const Layout& layout) const
{
    const bool isDark = PlotTheme::of(*this).isDark;
    const int right = std::max(layout.right(), width() - 12);
    const QStringList error{tr("Output error %1").arg(percent(m_errorRange.low)),
                            tr("%1 (log)").arg(percent(m_errorRange.high))};
    const int left = paintBar(painter, right, layout.legendTop, layout.legendHeight, error,
                              ColourMap(ColourMap::Name::Ember, isDark));
    const QStringList sparsity{
        tr("Sparsity %1").arg(QString::fromStdString(fixedText(m_sparsityRange.low, 2))),
        QString::fromStdString(fixedText(m_sparsityRange.high, 2))};
    paintBar(painter, left - kLegendGap, layout.legendTop, layout.legendHeight, sparsity,
             ColourMap(ColourMap::Name::Trellis, isDark));
}

void LayerHeatmap::paintLabels(QPainter& painter, const Layout& layout) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    QFont bold = layout.font;
    bold.setWeight(QFont::DemiBold);
    for (const Strip strip : {Strip::Sparsity, Strip::Error}) {
        for (int linear = 0; linear < layout.linears; ++linear) {
            const QRect cell = layout.cell(strip, {linear, 0});
            const bool isSelected = m_selected.linear == linear;
            painter.setFont(isSelected ? bold : layout.font);
            painter.setPen(isSelected ? theme.text : theme.textMuted);
            painter.drawText(QRect(0, cell.top(), layout.labels - 8, cell.height()),
                             Qt::AlignRight | Qt::AlignVCenter, m_board.linears().at(linear));
        }
    }
    const int height = layout.errorTop - layout.numbersTop;
    painter.setFont(layout.font);
    painter.setPen(theme.textMuted);
    painter.drawText(QRect(0, layout.numbersTop, layout.labels - 8, height),
                     Qt::AlignRight | Qt::AlignVCenter, tr("block"));
    const int widest = painter.fontMetrics().horizontalAdvance(QString::number(layout.blocks)) + 4;
    const int stride = std::max(1, (widest + layout.cellWidth - 1) / layout.cellWidth);
    for (int block = 0; block < layout.blocks; ++block) {
        const bool isCurrent = block == m_current;
        if (block % stride != 0 && !isCurrent) {
            continue;
        }
        if (stride > 1 && !isCurrent && m_current >= 0 && std::abs(block - m_current) < stride) {
            continue; // room for the current block's number
        }
        painter.setFont(isCurrent ? bold : layout.font);
        painter.setPen(isCurrent ? theme.accent : theme.textMuted);
        const QRect cell = layout.cell(Strip::Sparsity, {0, block});
        painter.drawText(QRect(cell.center().x() - 20, layout.numbersTop, 41, height),
                         Qt::AlignCenter, QString::number(block));
    }
    painter.setFont(layout.font);
}

void LayerHeatmap::paintCell(QPainter& painter, const Layout& layout, Strip strip,
                             LayerPlace place) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    const QRect cell =
        layout.cell(strip, place).adjusted(0, 0, -1, -1); // one pixel of surface between cells
    const LayerCell& values = m_board.cell(place);
    const std::optional<double>& value = strip == Strip::Sparsity ? values.sparsity : values.error;
    switch (stateOf(value)) {
    case CellState::NotDone:
        painter.fillRect(cell, QBrush(theme.line, Qt::BDiagPattern));
        painter.setPen(theme.grid);
        painter.drawRect(cell.adjusted(0, 0, -1, -1));
        return;
    case CellState::NotANumber:
        painter.fillRect(cell, theme.dangerSoft);
        painter.setPen(QPen(theme.danger, 1.4));
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawLine(cell.center() + QPoint(-4, -4), cell.center() + QPoint(4, 4));
        painter.drawLine(cell.center() + QPoint(-4, 4), cell.center() + QPoint(4, -4));
        painter.setRenderHint(QPainter::Antialiasing, false);
        return;
    case CellState::Done:
        break;
    }
    const auto name = strip == Strip::Sparsity ? ColourMap::Name::Trellis : ColourMap::Name::Ember;
    const auto& range = strip == Strip::Sparsity ? m_sparsityRange : m_errorRange;
    const QColor colour = ColourMap(name, theme.isDark).at(shareOf(*value, range, strip));
    painter.fillRect(cell, colour);
    if (layout.printsValues()) {
        painter.setPen(inkOn(colour));
        painter.drawText(cell, Qt::AlignCenter, cellText(*value, strip));
    }
}

void LayerHeatmap::paintTimes(QPainter& painter, const Layout& layout) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    double longest = 0.0;
    for (int block = 0; block < layout.blocks; ++block) {
        longest = std::max(longest, m_board.blockSeconds(block).value_or(0.0));
    }
    painter.setPen(theme.textMuted);
    painter.drawText(QRect(0, layout.timesTop, layout.labels - 8, layout.timesHeight),
                     Qt::AlignRight | Qt::AlignVCenter, tr("time (s)"));
    for (int block = 0; block < layout.blocks && longest > 0; ++block) {
        const std::optional<double> seconds = m_board.blockSeconds(block);
        if (!seconds) {
            continue;
        }
        const int barHeight =
            std::max(1, static_cast<int>(std::lround(layout.timesHeight * *seconds / longest)));
        const QRect bar(layout.labels + block * layout.cellWidth,
                        layout.timesTop + layout.timesHeight - barHeight, layout.cellWidth - 1,
                        barHeight);
        painter.fillRect(bar, theme.isDark ? theme.line : theme.sunken);
        if (layout.printsValues()) {
            painter.setPen(theme.text);
            painter.drawText(QRect(bar.left(), layout.timesTop, bar.width(), layout.timesHeight),
                             Qt::AlignCenter,
                             QString::fromStdString(fixedText(*seconds, *seconds < 99.95 ? 1 : 0)));
        }
    }
    painter.setPen(theme.line);
    painter.drawLine(layout.labels, layout.timesTop + layout.timesHeight, layout.right() - 1,
                     layout.timesTop + layout.timesHeight);
}

void LayerHeatmap::paintFrames(QPainter& painter, const Layout& layout) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    painter.setBrush(Qt::NoBrush);
    for (const Strip strip : {Strip::Sparsity, Strip::Error}) {
        if (m_current >= 0 && m_current < layout.blocks) {
            QRect column = layout.strip(strip);
            column.setLeft(layout.labels + m_current * layout.cellWidth);
            column.setWidth(layout.cellWidth);
            painter.setPen(QPen(theme.accent, 2));
            painter.drawRect(column.adjusted(0, 0, -1, -1));
        }
        if (m_selected.isValid()) {
            painter.setPen(QPen(theme.text, 2));
            painter.drawRect(layout.cell(strip, m_selected).adjusted(0, 0, -1, -1));
        }
    }
    if (hasFocus() && !m_selected.isValid()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -2, -2));
    }
}

} // namespace espalier
