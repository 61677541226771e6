// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/PlotView.h"

#include "widgets/plots/PlotDrawing.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QStackedLayout>
#include <QTableWidget>

namespace espalier {

namespace {

constexpr int kTipMargin = 10;

const QString kOverlay = QStringLiteral("overlay");

} // namespace

PlotView::PlotView(QWidget* parent)
    : QWidget(parent)
    , m_stack(new QStackedLayout(this))
    , m_plot(new QCustomPlot(this))
    , m_table(new QTableWidget(this))
    , m_crosshair(new QCPItemLine(m_plot))
    , m_tip(new QCPItemText(m_plot))
{
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setObjectName(QStringLiteral("plot"));
    m_plot->setFocusProxy(this);
    m_plot->setContextMenuPolicy(Qt::NoContextMenu);
    m_plot->installEventFilter(this);
    m_plot->setPlottingHint(QCP::phFastPolylines);
    m_plot->setMinimumSize(160, 120);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_table->setObjectName(QStringLiteral("plotTable"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_stack->addWidget(m_plot);
    m_stack->addWidget(m_table);
    setAxisScale(*m_plot->xAxis, PlotScale::Linear);
    setAxisScale(*m_plot->yAxis, PlotScale::Linear);

    m_plot->layer(kOverlay)->setMode(QCPLayer::lmBuffered); // hovering repaints this layer only
    m_crosshair->setLayer(kOverlay);
    m_crosshair->start->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_crosshair->end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_tip->setLayer(kOverlay);
    m_tip->setClipToAxisRect(false);
    m_tip->setPadding(QMargins(6, 4, 6, 4));
    m_tip->setTextAlignment(Qt::AlignLeft);
    m_tip->position->setType(QCPItemPosition::ptAbsolute);
    m_crosshair->setVisible(false);
    m_tip->setVisible(false);
    connectMouse();
}

PlotView::~PlotView() = default;

void PlotView::connectMouse()
{
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        const bool isVertical = event->modifiers().testFlag(Qt::ShiftModifier);
        m_plot->axisRect()->setRangeZoom(isVertical ? Qt::Vertical : Qt::Horizontal);
        m_isFollowing = false;
    });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) {
            m_isFollowing = false; // panning
        }
        setCurrent(nearestPoint(event->pos()));
    });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const std::optional<PlotPoint> hit = nearestPoint(event->pos());
        if (event->button() == Qt::LeftButton && hit) {
            Q_EMIT pointActivated(hit->id);
        }
    });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { resetView(); });
}

const PlotTheme& PlotView::theme() const
{
    return m_override != nullptr ? *m_override : PlotTheme::of(*this);
}

void PlotView::setAxisTitles(const QString& x, const QString& y)
{
    m_plot->xAxis->setLabel(x);
    m_plot->yAxis->setLabel(y);
    setAccessibleName(tr("Plot of %1 against %2").arg(y, x));
    restyleAll();
}

void PlotView::setYScale(PlotScale scale)
{
    setAxisScale(*m_plot->yAxis, scale);
    resetView();
    Q_EMIT yScaleChanged();
}

PlotScale PlotView::yScale() const
{
    return m_plot->yAxis->scaleType() == QCPAxis::stLogarithmic ? PlotScale::Log
                                                                : PlotScale::Linear;
}

void PlotView::resetView()
{
    m_isFollowing = true;
    fitRanges();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::dataChanged()
{
    if (m_isFollowing && !m_plot->underMouse()) {
        fitRanges();
    }
    if (showsTable()) {
        fillTable();
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::restyleAll()
{
    const PlotTheme& colours = theme();
    styleAxes(*m_plot, colours);
    m_crosshair->setPen(QPen(colours.textMuted, 1, Qt::DotLine));
    m_tip->setColor(colours.text);
    m_tip->setFont(textFont(TextRole::Caption));
    m_tip->setBrush(colours.surface);
    m_tip->setPen(QPen(colours.control, 1));
    restyle();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange) {
        restyleAll();
    }
}

void PlotView::setCurrent(const std::optional<PlotPoint>& point)
{
    if (!point && !m_current) {
        return;
    }
    const QString before = m_current ? m_current->id : QString();
    m_current = point;
    m_crosshair->setVisible(point.has_value());
    m_tip->setVisible(point.has_value());
    if (point) {
        m_crosshair->start->setCoords(point->x, 0);
        m_crosshair->end->setCoords(point->x, 1);
        const QString text = QStringLiteral("%1\n%2: %3\n%4: %5")
                                 .arg(point->label, m_plot->xAxis->label(), plotNumber(point->x),
                                      m_plot->yAxis->label(), plotNumber(point->y));
        m_tip->setText(text);
        const QPointF at(m_plot->xAxis->coordToPixel(point->x),
                         m_plot->yAxis->coordToPixel(point->y));
        const bool isRight = at.x() > m_plot->axisRect()->center().x();
        const bool isLow = at.y() > m_plot->axisRect()->center().y();
        m_tip->setPositionAlignment((isRight ? Qt::AlignRight : Qt::AlignLeft) |
                                    (isLow ? Qt::AlignBottom : Qt::AlignTop));
        m_tip->position->setCoords(
            at + QPointF(isRight ? -kTipMargin : kTipMargin, isLow ? -kTipMargin : kTipMargin));
        setAccessibleDescription(text);
    }
    m_plot->layer(kOverlay)->replot();
    const QString after = point ? point->id : QString();
    if (after != before) {
        Q_EMIT pointHovered(after);
    }
}

void PlotView::keyPressEvent(QKeyEvent* event)
{
    const bool isCtrl = event->modifiers().testFlag(Qt::ControlModifier);
    if (isCtrl && event->key() == Qt::Key_T) {
        showTable(!showsTable());
    } else if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(table().text());
    } else if (event->key() == Qt::Key_Home) {
        resetView();
    } else if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        setCurrent(neighbour(m_current, event->key() == Qt::Key_Left ? -1 : 1, 0));
    } else if (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down) {
        setCurrent(neighbour(m_current, 0, event->key() == Qt::Key_Up ? -1 : 1));
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_current) {
        Q_EMIT pointActivated(m_current->id);
    } else if (event->key() == Qt::Key_Escape && m_current) {
        setCurrent({});
    } else {
        QWidget::keyPressEvent(event);
    }
}

bool PlotView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_plot && event->type() == QEvent::Leave) {
        setCurrent({});
    }
    return QWidget::eventFilter(watched, event);
}

void PlotView::showTable(bool on)
{
    if (on) {
        fillTable();
    }
    m_stack->setCurrentIndex(on ? 1 : 0);
}

bool PlotView::showsTable() const
{
    return m_stack->currentIndex() == 1;
}

void PlotView::fillTable()
{
    const PlotTable rows = table();
    m_table->setColumnCount(static_cast<int>(rows.columns.size()));
    m_table->setHorizontalHeaderLabels(rows.columns);
    m_table->setRowCount(static_cast<int>(rows.rows.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        for (int column = 0; column < m_table->columnCount(); ++column) {
            auto* cell = new QTableWidgetItem(rows.rows.at(row).value(column));
            cell->setTextAlignment(column == 0 ? Qt::AlignLeft | Qt::AlignVCenter
                                               : Qt::AlignRight | Qt::AlignVCenter);
            m_table->setItem(row, column, cell);
        }
    }
    m_table->resizeColumnsToContents();
}

} // namespace espalier
