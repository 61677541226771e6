// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/ParetoPlot.h"

#include "widgets/plots/MetricCurve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace espalier {

namespace {

constexpr double kMarkSize = 8;
constexpr double kRingSize = 16;
constexpr int kLabelGap = 9;

} // namespace

/// What QCustomPlot owns for us; made anew whenever the points change, there are few of them.
struct ParetoPlot::Parts {
    QList<QCPAbstractPlottable*> plottables;
    QList<QCPGraph*> filled;
    QList<QCPGraph*> hollow;
    QList<std::pair<int, QCPItemText*>> labels; // index of the point
    QCPItemStraightLine* budget = nullptr;
    QCPItemText* budgetLabel = nullptr;

    QCPGraph* graph(QCustomPlot& plot)
    {
        QCPGraph* made = plot.addGraph();
        plottables.append(made);
        return made;
    }

    void clear(QCustomPlot& plot)
    {
        for (auto part = plottables.rbegin(); part != plottables.rend(); ++part) {
            plot.removePlottable(*part);
        }
        for (const auto& [index, label] : labels) {
            plot.removeItem(label);
        }
        if (budget != nullptr) {
            plot.removeItem(budget);
            plot.removeItem(budgetLabel);
        }
        *this = {};
    }
};

ParetoPlot::ParetoPlot(QWidget* parent)
    : PlotView(parent)
    , m_budget(std::numeric_limits<double>::quiet_NaN())
    , m_parts(std::make_unique<Parts>())
{
    setObjectName(QStringLiteral("paretoPlot"));
    plot().axisRect()->setMinimumMargins(QMargins(20, 10, 20, 10));
    connect(&plot(), &QCustomPlot::afterLayout, this, &ParetoPlot::placeLabels);
}

ParetoPlot::~ParetoPlot() = default;

void ParetoPlot::setPoints(const QList<ParetoPoint>& points, const QList<QPointF>& staircase)
{
    m_points = points;
    m_staircase = staircase;
    rebuild();
    dataChanged();
}

void ParetoPlot::setSelected(const QStringList& ids)
{
    m_selected = ids;
    rebuild();
    dataChanged();
}

void ParetoPlot::setBudget(double x, const QString& label)
{
    m_budget = x;
    m_budgetLabel = label;
    rebuild();
    dataChanged();
}

void ParetoPlot::restyle()
{
    rebuild();
}

void ParetoPlot::rebuild()
{
    m_parts->clear(plot());
    QCPGraph* front = m_parts->graph(plot());
    front->setPen(QPen(theme().textMuted, 1));
    for (const QPointF& corner : m_staircase) {
        front->addData(corner.x(), corner.y());
    }
    std::set<int> usedSlots;
    for (const ParetoPoint& point : m_points) {
        usedSlots.insert(point.isBaseline ? kReferenceSlot : point.slot);
    }
    for (const int slot : usedSlots) {
        drawSeries(slot);
    }
    if (std::isfinite(m_budget)) {
        m_parts->budget = new QCPItemStraightLine(&plot());
        m_parts->budget->setPen(QPen(theme().accent, 1.2, Qt::DashLine));
        m_parts->budget->point1->setCoords(m_budget, 1);
        m_parts->budget->point2->setCoords(m_budget, 2);
        m_parts->budgetLabel = new QCPItemText(&plot());
        m_parts->budgetLabel->setText(m_budgetLabel);
        m_parts->budgetLabel->setFont(textFont(TextRole::Caption));
        m_parts->budgetLabel->setColor(theme().accent);
        m_parts->budgetLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        m_parts->budgetLabel->position->setCoords(m_budget, 0);
        m_parts->budgetLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        m_parts->budgetLabel->setPadding(QMargins(5, 1, 2, 2));
    }
}

void ParetoPlot::drawSeries(int slot)
{
    const SeriesStyle style = theme().series(slot);
    QList<int> members;
    for (int i = 0; i < m_points.size(); ++i) {
        if ((m_points[i].isBaseline ? kReferenceSlot : m_points[i].slot) == slot) {
            members.append(i);
        }
    }
    std::sort(members.begin(), members.end(),
              [&](int a, int b) { return m_points[a].x < m_points[b].x; });
    QCPGraph* line = m_parts->graph(plot());
    line->setPen(slot == kReferenceSlot ? QPen(Qt::NoPen) : seriesPen(style, 1.4));
    QCPGraph* ring = m_parts->graph(plot());
    ring->setLineStyle(QCPGraph::lsNone);
    ring->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme().accent, 2),
                                          Qt::NoBrush, kRingSize));
    QCPGraph* filled = m_parts->graph(plot());
    QCPGraph* hollow = m_parts->graph(plot());
    m_parts->filled.append(filled);
    m_parts->hollow.append(hollow);
    for (QCPGraph* marks : {hollow, filled}) {
        marks->setLineStyle(QCPGraph::lsNone);
        marks->setScatterStyle(markOf(style, marks == filled ? MarkFill::Filled : MarkFill::Hollow,
                                      theme().surface, kMarkSize));
        for (const QCPErrorBars::ErrorType type :
             {QCPErrorBars::etKeyError, QCPErrorBars::etValueError}) {
            auto* whiskers = new QCPErrorBars(plot().xAxis, plot().yAxis);
            m_parts->plottables.append(whiskers);
            whiskers->setDataPlottable(marks);
            whiskers->setErrorType(type);
            whiskers->setPen(QPen(style.colour, 1));
            whiskers->setWhiskerWidth(5);
            for (const int i : members) {
                const ParetoPoint& point = m_points[i];
                const bool isFilled = point.onFront || point.isBaseline;
                if (isFilled == (marks == filled)) {
                    const double error =
                        type == QCPErrorBars::etKeyError ? point.xError : point.yError;
                    whiskers->addData(error > 0 ? error : std::numeric_limits<double>::quiet_NaN());
                }
            }
        }
    }
    for (const int i : members) {
        const ParetoPoint& point = m_points[i];
        line->addData(point.x, point.y);
        (point.onFront || point.isBaseline ? filled : hollow)->addData(point.x, point.y);
        if (m_selected.contains(point.id)) {
            ring->addData(point.x, point.y);
        }
    }
    auto* label = new QCPItemText(&plot());
    label->setText(m_points[members.first()].label);
    label->setFont(textFont(TextRole::Caption));
    label->setColor(theme().text);
    label->setClipToAxisRect(false);
    label->position->setType(QCPItemPosition::ptAbsolute);
    m_parts->labels.append({members.first(), label});
}

void ParetoPlot::placeLabels()
{
    // Beside the leftmost mark of each series, moved apart where series begin at one place.
    QList<double> wanted;
    for (const auto& [index, label] : m_parts->labels) {
        wanted.append(plot().yAxis->coordToPixel(m_points[index].y));
    }
    const QRect frame = plot().axisRect()->rect();
    const QFontMetrics metrics(textFont(TextRole::Caption));
    const QList<double> placed =
        spreadLabels(wanted, metrics.height(), frame.top() + 6, frame.bottom() - 6);
    for (qsizetype i = 0; i < m_parts->labels.size(); ++i) {
        const auto& [index, label] = m_parts->labels[i];
        const double x = plot().xAxis->coordToPixel(m_points[index].x);
        const QString& whole = m_points[index].label;
        const double room = std::max(x - frame.left(), frame.right() - x) - kLabelGap;
        label->setText(metrics.elidedText(whole, Qt::ElideMiddle, static_cast<int>(room)));
        const bool fitsLeft =
            x - metrics.horizontalAdvance(label->text()) - kLabelGap >= frame.left();
        label->setPositionAlignment((fitsLeft ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        label->position->setCoords(x + (fitsLeft ? -kLabelGap : kLabelGap), placed[i]);
        label->setVisible(frame.adjusted(-2, -2, 2, 2).contains(QPointF(x, wanted[i]).toPoint()));
    }
}

void ParetoPlot::fitRanges()
{
    const bool isLog = yScale() == PlotScale::Log;
    bool isFirst = true;
    QCPRange x;
    QCPRange y;
    for (const ParetoPoint& point : m_points) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y) || (isLog && point.y <= 0)) {
            continue;
        }
        const double low = isLog && point.y <= point.yError ? point.y : point.y - point.yError;
        const QCPRange px(point.x - point.xError, point.x + point.xError);
        const QCPRange py(low, point.y + point.yError);
        x = isFirst ? px : x.expanded(px);
        y = isFirst ? py : y.expanded(py);
        isFirst = false;
    }
    if (isFirst) {
        return;
    }
    if (std::isfinite(m_budget)) {
        x.expand(m_budget);
    }
    x = withMargin(x, PlotScale::Linear);
    // Labels stand to the left of the leftmost marks.
    x.lower -= 0.14 * x.size();
    plot().xAxis->setRange(x);
    plot().yAxis->setRange(withMargin(y, isLog ? PlotScale::Log : PlotScale::Linear));
}

QList<QPointF> ParetoPlot::drawnMarks(bool filled) const
{
    QList<QPointF> marks;
    for (const QCPGraph* graph : filled ? m_parts->filled : m_parts->hollow) {
        for (const QCPGraphData& point : *graph->data()) {
            marks.append({point.key, point.value});
        }
    }
    return marks;
}

} // namespace espalier
