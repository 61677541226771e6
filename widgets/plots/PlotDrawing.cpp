// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/PlotDrawing.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace espalier {

namespace {

constexpr double kBigNumber = 1e6;
constexpr int kFewDecades = 3;
constexpr double kFewTicksBelow = 8; // 1-2-5 would give two ticks or less

QCPScatterStyle::ScatterShape shapeOf(Marker marker)
{
    switch (marker) {
    case Marker::Circle:
        return QCPScatterStyle::ssCircle;
    case Marker::Square:
        return QCPScatterStyle::ssSquare;
    case Marker::TriangleUp:
        return QCPScatterStyle::ssTriangle;
    case Marker::Diamond:
        return QCPScatterStyle::ssDiamond;
    case Marker::TriangleDown:
        return QCPScatterStyle::ssTriangleInverted;
    case Marker::Plus:
        return QCPScatterStyle::ssPlus;
    case Marker::Star:
        return QCPScatterStyle::ssStar;
    case Marker::Cross:
        break;
    }
    return QCPScatterStyle::ssCross;
}

/// As few as tell neighbours apart and round none: three for a step of 0.025.
int decimalsOf(double step)
{
    const int fewest = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
    const double scaled = step * std::pow(10.0, fewest);
    return std::abs(scaled - std::round(scaled)) < 1e-6 ? fewest : std::min(fewest + 1, 9);
}

} // namespace

double NumberTicker::getTickStep(const QCPRange& range)
{
    m_step = QCPAxisTicker::getTickStep(range);
    return m_step;
}

QVector<double> NumberTicker::createTickVector(double tickStep, const QCPRange& range)
{
    if (m_scale == PlotScale::Linear || range.lower <= 0 ||
        range.upper < kFewTicksBelow * range.lower) {
        m_isDecades = false;
        return QCPAxisTicker::createTickVector(tickStep, range);
    }
    m_isDecades = true;
    QVector<double> ticks;
    const int first = static_cast<int>(std::floor(std::log10(range.lower)));
    const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
    const int stride = std::max(1, (last - first) / 8);
    for (int decade = first; decade <= last; ++decade) {
        for (const double head : {1.0, 2.0, 5.0}) {
            if ((head == 1.0 && (decade - first) % stride == 0) || last - first <= kFewDecades) {
                ticks.append(head * std::pow(10.0, decade));
            }
        }
    }
    return ticks;
}

QString NumberTicker::getTickLabel(double tick, const QLocale&, QChar, int)
{
    if (tick != 0 && std::abs(tick) >= kBigNumber) {
        return QString::fromStdString(significantText(tick, 2));
    }
    const double step = m_isDecades ? std::pow(10.0, std::floor(std::log10(tick) + 1e-9)) : m_step;
    return QString::fromStdString(fixedText(tick, decimalsOf(step)));
}

void styleAxes(QCustomPlot& plot, const PlotTheme& theme)
{
    plot.setBackground(theme.surface);
    const QFont numbers = textFont(TextRole::Caption);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(QPen(theme.control, 1));
        axis->setTickPen(QPen(theme.control, 1));
        axis->setSubTicks(false);
        axis->setTickLengthIn(0);
        axis->setTickLengthOut(4);
        axis->setTickLabelColor(theme.textMuted);
        axis->setTickLabelFont(numbers);
        axis->setLabelColor(theme.text);
        axis->setLabelFont(numbers);
        axis->setLabelPadding(3);
        axis->grid()->setPen(QPen(theme.grid, 1));
        axis->grid()->setZeroLinePen(QPen(theme.grid, 1));
        axis->grid()->setSubGridVisible(false);
    }
}

void setAxisScale(QCPAxis& axis, PlotScale scale)
{
    axis.setScaleType(scale == PlotScale::Log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    auto ticker = QSharedPointer<NumberTicker>::create();
    ticker->setScale(scale);
    ticker->setTickCount(5);
    axis.setTicker(ticker);
}

QPen seriesPen(const SeriesStyle& style, double width)
{
    QPen pen(style.colour, width);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    if (!style.dash.isEmpty()) {
        QList<qreal> dash;
        for (const qreal length : style.dash) {
            dash.append(length * 1.2 /
                        std::max(1.0, width)); // lengths of the design are pixels, Qt's are widths
        }
        pen.setDashPattern(dash);
    }
    return pen;
}

QCPScatterStyle markOf(const SeriesStyle& style, MarkFill fill, const QColor& ground, double size)
{
    QCPScatterStyle mark(shapeOf(style.marker), size);
    mark.setPen(QPen(style.colour, 1.6));
    mark.setBrush(fill == MarkFill::Filled ? style.colour : ground);
    return mark;
}

void paintMark(QPainter& painter, const SeriesStyle& style, QPointF centre, double size)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.colour, 1.6));
    painter.setBrush(style.colour);
    const double r = size / 2;
    const QPointF c = centre;
    switch (style.marker) {
    case Marker::Circle:
        painter.drawEllipse(c, r, r);
        break;
    case Marker::Square:
        painter.drawRect(QRectF(c.x() - r, c.y() - r, size, size));
        break;
    case Marker::TriangleUp:
        painter.drawPolygon(QPolygonF{c + QPointF(-r, r), c + QPointF(r, r), c + QPointF(0, -r)});
        break;
    case Marker::TriangleDown:
        painter.drawPolygon(QPolygonF{c + QPointF(-r, -r), c + QPointF(r, -r), c + QPointF(0, r)});
        break;
    case Marker::Diamond:
        painter.drawPolygon(QPolygonF{c + QPointF(-r, 0), c + QPointF(0, -r), c + QPointF(r, 0),
                                      c + QPointF(0, r)});
        break;
    case Marker::Star:
    case Marker::Plus:
    case Marker::Cross:
        if (style.marker != Marker::Cross) {
            painter.drawLine(c + QPointF(-r, 0), c + QPointF(r, 0));
            painter.drawLine(c + QPointF(0, -r), c + QPointF(0, r));
        }
        if (style.marker != Marker::Plus) {
            painter.drawLine(c + QPointF(-r, -r) * 0.8, c + QPointF(r, r) * 0.8);
            painter.drawLine(c + QPointF(-r, r) * 0.8, c + QPointF(r, -r) * 0.8);
        }
        break;
    }
    painter.restore();
}

QString plotNumber(double value)
{
    if (value == std::round(value) && std::abs(value) < kBigNumber) {
        return QString::fromStdString(countText(static_cast<std::int64_t>(value)));
    }
    return QString::fromStdString(significantText(value, 3));
}

QList<double> spreadLabels(const QList<double>& wanted, double distance, double low, double high)
{
    QList<qsizetype> order(wanted.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](qsizetype a, qsizetype b) { return wanted[a] < wanted[b]; });
    QList<double> placed;
    double floor = low;
    for (const qsizetype index : order) { // push down past the one before
        placed.append(std::max(wanted[index], floor));
        floor = placed.last() + distance;
    }
    double ceiling = high;
    for (qsizetype i = placed.size() - 1; i >= 0; --i) { // and back up from the end
        placed[i] = std::min(placed[i], ceiling);
        ceiling = placed[i] - distance;
    }
    QList<double> result(wanted.size());
    for (qsizetype i = 0; i < order.size(); ++i) {
        result[order[i]] = placed[i];
    }
    return result;
}

} // namespace espalier
