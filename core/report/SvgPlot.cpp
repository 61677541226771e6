// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgFrame.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace espalier {

namespace {

constexpr std::size_t kMostDirectLabels = 5;
constexpr double kLineWidth = 1.2;
constexpr double kMarkRadius = 2.3;

/// Consecutive points that can be joined by a line, in canvas coordinates.
using Stretch = std::vector<PlanePoint>;

struct Label {
    std::string name = {};
    double anchor = 0.0; // where the line ends
    double y = 0.0;      // where the text goes
};

class Plot {
public:
    Plot(const PlotChart& chart, std::string_view title, const ChartSize& size,
         bool isPanel = false)
        : m_chart(chart)
        , m_isPanel(isPanel)
        , m_size(size)
        , m_canvas(size.widthInches * kPointsPerInch, size.heightInches * kPointsPerInch,
                   fontsOf(size.type), title)
        , m_x(chart.x, valuesOf(&ChartPoint::x))
        , m_y(chart.y, valuesOf(&ChartPoint::y))
    {
        layOut();
    }

    const SvgCanvas& draw()
    {
        drawXAxis(m_canvas, m_frame, m_x, m_xTicks, m_chart.x.title, m_size.points);
        drawYAxis(m_canvas, m_frame, m_y, m_yTicks, m_chart.y.title, m_size.points);
        if (m_isPanel) {
            TextLook look{m_size.points};
            look.bold = true;
            m_canvas.text({m_frame.left, 1.2 * m_size.points}, m_chart.heading, look);
        } else if (!directLabels()) {
            drawLegend(&m_canvas, entries(), swatch(), {m_frame.left, 2, m_canvas.width() - 2, 0},
                       m_size.points);
        }
        drawFront();
        for (const ChartSeries& series : m_chart.series) {
            drawSpread(series);
        }
        for (const ChartSeries& series : m_chart.series) {
            drawSeries(series);
        }
        if (directLabels()) {
            drawLabels();
        }
        return m_canvas;
    }

private:
    bool lines() const { return m_chart.look != SeriesLook::Marks; }

    bool marks() const { return m_chart.look != SeriesLook::Lines; }

    bool directLabels() const
    {
        return !m_isPanel && m_chart.look == SeriesLook::Lines &&
               m_chart.series.size() <= kMostDirectLabels;
    }

    LegendSwatch swatch() const
    {
        return m_chart.look == SeriesLook::Marks ? LegendSwatch::Mark : LegendSwatch::MarkedLine;
    }

    std::vector<LegendEntry> entries() const
    {
        std::vector<LegendEntry> list;
        for (const ChartSeries& series : m_chart.series) {
            list.push_back({series.name, series.slot});
        }
        return list;
    }

    std::vector<double> valuesOf(double ChartPoint::*member) const
    {
        std::vector<double> values;
        for (const ChartSeries& series : m_chart.series) {
            for (const ChartPoint& point : series.points) {
                values.push_back(point.*member);
                if (member == &ChartPoint::y && std::isfinite(point.spread)) {
                    values.push_back(point.y - point.spread);
                    values.push_back(point.y + point.spread);
                }
            }
            for (const ChartPoint& point : series.raw) {
                values.push_back(point.*member);
            }
        }
        return values;
    }

    void layOut()
    {
        const double em = m_size.points;
        double right = em;
        if (directLabels()) {
            for (const ChartSeries& series : m_chart.series) {
                right = std::max(right, textWidth(series.name, em) + 9);
            }
            right = std::min(right, 0.4 * m_canvas.width());
        }
        m_frame.bottom = m_canvas.height() - kTickLength - 2.5 * em;
        m_yTicks = m_y.ticks(tickCount(m_frame.bottom, 2.2 * em));
        m_frame.left = 1.25 * em + labelWidth(m_yTicks, em) + kTickLength + kGap;
        m_frame.right = m_canvas.width() - right;
        const double legend = m_isPanel ? (m_chart.heading.empty() ? 0.0 : 1.2 * em)
                              : directLabels()
                                  ? 0.0
                                  : drawLegend(nullptr, entries(), swatch(),
                                               {m_frame.left, 2, m_canvas.width() - 2, 0}, em);
        m_frame.top = 0.6 * em + legend;
        const double width = m_frame.right - m_frame.left;
        m_xTicks = m_x.ticks(tickCount(width, 4 * em));
        m_xTicks = m_x.ticks(tickCount(width, labelWidth(m_xTicks, em) + 1.2 * em));
        m_x.place(m_frame.left, m_frame.right);
        m_y.place(m_frame.bottom, m_frame.top);
    }

    bool visible(const ChartPoint& point) const { return m_x.shows(point.x) && m_y.shows(point.y); }

    PlanePoint placed(const ChartPoint& point) const { return {m_x.at(point.x), m_y.at(point.y)}; }

    std::vector<Stretch> stretchesOf(const std::vector<ChartPoint>& points) const
    {
        std::vector<Stretch> stretches(1);
        for (const ChartPoint& point : points) {
            if (visible(point)) {
                add(stretches.back(), placed(point));
            } else if (!stretches.back().empty()) {
                stretches.emplace_back();
            }
        }
        return stretches;
    }

    /// Of points closer together than a printer can show, the highest and the lowest stay.
    static void add(Stretch& stretch, PlanePoint point)
    {
        constexpr double kFinest = 0.3;
        const std::size_t count = stretch.size();
        if (count < 3 || std::abs(stretch[count - 2].x - point.x) > kFinest) {
            stretch.push_back(point);
            return;
        }
        PlanePoint& low = stretch[count - 2];
        PlanePoint& high = stretch[count - 1];
        if (low.y > high.y) {
            std::swap(low.y, high.y);
        }
        low.y = std::min(low.y, point.y);
        high.y = std::max(high.y, point.y);
    }

    void drawFront()
    {
        Stretch stairs;
        for (const PlanePoint& corner : m_chart.front) {
            if (m_x.shows(corner.x) && m_y.shows(corner.y)) {
                stairs.push_back({m_x.at(corner.x), m_y.at(corner.y)});
            }
        }
        m_canvas.polyline(stairs, {ink::kAxis, 0.7});
    }

    void drawSpread(const ChartSeries& series)
    {
        std::vector<PlanePoint> upper;
        std::vector<PlanePoint> lower;
        const ChartSeriesStyle style = seriesStyle(series.slot);
        for (const ChartPoint& point : series.points) {
            if (!visible(point) || !(point.spread > 0.0)) {
                continue;
            }
            const double top = m_y.at(std::min(point.y + point.spread, m_y.max()));
            const double bottom = m_y.at(std::max(point.y - point.spread, m_y.min()));
            const double x = m_x.at(point.x);
            if (marks()) {
                m_canvas.line({x, top}, {x, bottom}, {style.colour, 0.7});
                m_canvas.line({x - 1.5, top}, {x + 1.5, top}, {style.colour, 0.7});
                m_canvas.line({x - 1.5, bottom}, {x + 1.5, bottom}, {style.colour, 0.7});
            } else {
                upper.push_back({x, top});
                lower.push_back({x, bottom});
            }
        }
        if (upper.size() > 1) {
            upper.insert(upper.end(), lower.rbegin(), lower.rend());
            m_canvas.polygon(upper, style.colour, 0.16);
        }
    }

    void drawSeries(const ChartSeries& series)
    {
        const ChartSeriesStyle style = seriesStyle(series.slot);
        for (const Stretch& stretch : stretchesOf(series.raw)) {
            m_canvas.polyline(stretch, {style.colour, 0.5, "", 0.4});
        }
        if (lines()) {
            for (const Stretch& stretch : stretchesOf(series.points)) {
                m_canvas.polyline(stretch, {style.colour, kLineWidth, style.dash});
            }
        }
        bool inGap = false; // one mark a gap
        for (const ChartPoint& point : series.points) {
            const bool missing = !std::isfinite(point.y) && m_x.shows(point.x);
            if (marks() && visible(point)) {
                m_canvas.mark(placed(point), style, kMarkRadius, point.hollow);
            } else if (missing && !inGap) {
                const ChartSeriesStyle cross{style.colour, "", Mark::Cross};
                m_canvas.mark({m_x.at(point.x), m_frame.bottom}, cross, 1.8, true);
            }
            inGap = missing;
        }
        const auto last = std::find_if(series.points.rbegin(), series.points.rend(),
                                       [&](const ChartPoint& point) { return visible(point); });
        if (!marks() && last != series.points.rend()) {
            m_canvas.mark(placed(*last), style, kMarkRadius, false);
        }
    }

    /// Names at the ends of their lines, pushed apart where they would overlap.
    void drawLabels()
    {
        std::vector<Label> labels;
        for (const ChartSeries& series : m_chart.series) {
            for (auto point = series.points.rbegin(); point != series.points.rend(); ++point) {
                if (visible(*point)) {
                    labels.push_back({series.name, m_y.at(point->y), m_y.at(point->y)});
                    break;
                }
            }
        }
        std::ranges::stable_sort(labels, {}, &Label::y);
        const double row = 1.15 * m_size.points;
        const auto count = static_cast<double>(labels.size());
        double floor = m_frame.top;
        for (Label& label : labels) {
            label.y = std::max(label.y, floor);
            floor = label.y + row;
        }
        double ceiling = std::max(m_frame.bottom, m_frame.top + row * (count - 1));
        for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
            label->y = std::min(label->y, ceiling);
            ceiling = label->y - row;
        }
        for (const Label& label : labels) {
            if (std::abs(label.y - label.anchor) > 1.0) {
                m_canvas.line({m_frame.right + 1.5, label.anchor}, {m_frame.right + 6, label.y},
                              {ink::kAxis, 0.4});
            }
            m_canvas.text({m_frame.right + 7, label.y + 0.33 * m_size.points}, label.name,
                          {m_size.points});
        }
    }

    const PlotChart& m_chart;
    bool m_isPanel;
    ChartSize m_size;
    SvgCanvas m_canvas;
    ChartScale m_x, m_y;
    SvgFrame m_frame = {};
    std::vector<Tick> m_xTicks = {}, m_yTicks = {};
};

} // namespace

std::string plotSvg(const PlotChart& chart, std::string_view title, const ChartSize& size)
{
    return Plot(chart, title, size).draw().finished();
}

SvgCanvas panelCanvas(const PlotChart& chart, const ChartSize& size)
{
    return Plot(chart, {}, size, true).draw();
}

} // namespace espalier
