// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/LayerHeatmap.h"

#include "core/analysis/NumberFormat.h"
#include "widgets/plots/LayerHeatmapLayout.h"
#include "widgets/plots/PlotTheme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QToolTip>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kUsualCellWidth = 38;
constexpr int kMostCellWidth = 120; // a model of few blocks fills the board too
constexpr int kLeastCellWidth = 8;
constexpr int kLeastCellHeight = 17;
constexpr int kGap = 6;

QString sparsityWords(const std::optional<double>& value)
{
    switch (stateOf(value)) {
    case CellState::NotDone:
        return LayerHeatmap::tr("not done yet");
    case CellState::NotANumber:
        return LayerHeatmap::tr("not a number");
    case CellState::Done:
        break;
    }
    return QString::fromStdString(fixedText(*value, 3));
}

QString errorWords(const std::optional<double>& value)
{
    return stateOf(value) == CellState::Done ? QString::fromStdString(percentText(*value, 1))
                                             : sparsityWords(value);
}

} // namespace

LayerHeatmap::LayerHeatmap(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("layerHeatmap"));
    setAccessibleName(tr("Layer board: sparsity and output error of every linear"));
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_sparsityRange = m_board.sparsityRange();
    m_errorRange = m_board.errorRange();
}

void LayerHeatmap::setBoard(const QStringList& linears, int blocks)
{
    m_board = LayerBoard(linears, blocks);
    m_sparsityRange = m_board.sparsityRange();
    m_errorRange = m_board.errorRange();
    m_current = -1;
    m_selected = {};
    updateGeometry();
    update();
}

void LayerHeatmap::setCell(LayerPlace place, const LayerCell& cell)
{
    m_board.set(place, cell);
    const auto sparsity = m_board.sparsityRange();
    const auto error = m_board.errorRange();
    if (!(sparsity == m_sparsityRange) || !(error == m_errorRange)) {
        m_sparsityRange = sparsity;
        m_errorRange = error;
        update(); // every colour has changed
        return;
    }
    update(cellRect(Strip::Sparsity, place));
    update(cellRect(Strip::Error, place));
}

void LayerHeatmap::setBlockSeconds(int block, double seconds)
{
    m_board.setBlockSeconds(block, seconds);
    const Layout layout = layoutNow();
    update(0, layout.timesTop, width(), height() - layout.timesTop); // bars share one scale
}

void LayerHeatmap::setCurrentBlock(int block)
{
    if (block != m_current) {
        update(columnRect(m_current));
        m_current = block;
        update(columnRect(m_current));
    }
}

void LayerHeatmap::setSelected(LayerPlace place)
{
    if (!(place == m_selected)) {
        m_selected = place;
        setAccessibleDescription(describe(place));
        update();
    }
}

LayerHeatmap::Layout LayerHeatmap::layoutNow() const
{
    Layout layout;
    layout.font = textFont(TextRole::Caption);
    const QFontMetrics metrics(layout.font);
    layout.linears = static_cast<int>(m_board.linears().size());
    layout.blocks = m_board.blocks();
    QFont bold = layout.font; // that of the selected row
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics widest(bold);
    for (const QString& linear : m_board.linears()) {
        layout.labels = std::max(layout.labels, widest.horizontalAdvance(linear));
    }
    layout.labels = std::max(layout.labels, metrics.horizontalAdvance(tr("time (s)"))) + 16;
    const int room = std::max(0, width() - layout.labels - 8);
    layout.cellWidth =
        std::clamp(room / std::max(1, layout.blocks), kLeastCellWidth, kMostCellWidth);
    layout.cellHeight = std::max(kLeastCellHeight, metrics.height() + 2);
    const int line = metrics.height() + 4;
    layout.legendTop = 4;
    layout.legendHeight = line;
    layout.sparsityTop = layout.legendTop + line + kGap;
    layout.numbersTop = layout.sparsityTop + layout.linears * layout.cellHeight;
    layout.errorTop = layout.numbersTop + line;
    layout.timesTop = layout.errorTop + layout.linears * layout.cellHeight + kGap;
    layout.timesHeight = line + 6;
    return layout;
}

QSize LayerHeatmap::sizeHint() const
{
    const Layout layout = layoutNow();
    return {layout.labels + layout.blocks * kUsualCellWidth + 8,
            layout.timesTop + layout.timesHeight + 4};
}

QSize LayerHeatmap::minimumSizeHint() const
{
    const Layout layout = layoutNow();
    return {layout.labels + layout.blocks * kLeastCellWidth + 8,
            layout.timesTop + layout.timesHeight + 4};
}

QRect LayerHeatmap::cellRect(Strip strip, LayerPlace place) const
{
    return layoutNow().cell(strip, place);
}

bool LayerHeatmap::printsValues() const
{
    return layoutNow().printsValues();
}

QRect LayerHeatmap::columnRect(int block) const
{
    const Layout layout = layoutNow();
    return QRect(layout.labels + block * layout.cellWidth, 0, layout.cellWidth, height())
        .adjusted(-2, 0, 2, 0);
}

LayerPlace LayerHeatmap::placeAt(QPoint position) const
{
    const Layout layout = layoutNow();
    for (const Strip strip : {Strip::Sparsity, Strip::Error}) {
        if (layout.strip(strip).contains(position)) {
            return {(position.y() - layout.top(strip)) / layout.cellHeight,
                    (position.x() - layout.labels) / layout.cellWidth};
        }
    }
    return {};
}

QString LayerHeatmap::describe(LayerPlace place) const
{
    if (!place.isValid()) {
        return {};
    }
    const LayerCell& cell = m_board.cell(place);
    return tr("Block %1, %2\nSparsity: %3\nOutput error: %4")
        .arg(QString::number(place.block), m_board.linears().at(place.linear),
             sparsityWords(cell.sparsity), errorWords(cell.error));
}

void LayerHeatmap::select(LayerPlace place)
{
    if (place.isValid()) {
        setSelected(place);
        Q_EMIT cellActivated(place.linear, place.block);
    }
}

void LayerHeatmap::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) {
        select(placeAt(event->pos()));
    }
}

void LayerHeatmap::keyPressEvent(QKeyEvent* event)
{
    const int linears = static_cast<int>(m_board.linears().size());
    const int across = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    const int down = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    if ((across == 0 && down == 0) || linears == 0 || m_board.blocks() == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (!m_selected.isValid()) {
        select({0, 0});
        return;
    }
    select({std::clamp(m_selected.linear + down, 0, linears - 1),
            std::clamp(m_selected.block + across, 0, m_board.blocks() - 1)});
}

void LayerHeatmap::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange || event->type() == QEvent::FontChange) {
        updateGeometry();
    }
}

bool LayerHeatmap::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), describe(placeAt(help->pos())), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace espalier
