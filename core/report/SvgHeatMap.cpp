// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "core/report/SvgFrame.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kNarrowCell = 19.0; // still holds "0.50"
constexpr double kPanelSpace = 10.0;
constexpr double kWidestCell = 28.5, kHighestCell = 12.75, kLowestCell = 4.0;
constexpr double kMostHeight = 9.0 * kPointsPerInch;
constexpr double kSmallestType = 6.0;
constexpr std::size_t kBarSteps = 48;

std::vector<double> valuesOf(const HeatMapChart& chart)
{
    std::vector<double> values;
    for (const auto& panel : chart.panels) {
        for (const auto& row : panel.values) {
            for (const auto& value : row) {
                values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
            }
        }
    }
    return values;
}

/// Exactly the range of the data: a colour scale needs no margin.
ChartAxis fittedAxis(const HeatMapChart& chart)
{
    ChartAxis axis = chart.value;
    const bool logarithmic = axis.scale == AxisScale::Logarithmic;
    std::optional<double> low;
    std::optional<double> high;
    for (const double value : valuesOf(chart)) {
        if (std::isfinite(value) && (!logarithmic || value > 0.0)) {
            low = std::min(low.value_or(value), value);
            high = std::max(high.value_or(value), value);
        }
    }
    if (low && *low < *high) {
        axis.min = axis.min ? axis.min : low;
        axis.max = axis.max ? axis.max : high;
    }
    return axis;
}

class HeatMap {
public:
    HeatMap(const HeatMapChart& chart, std::string_view title, const ChartSize& size)
        : m_chart(chart)
        , m_em(size.points)
        , m_scale(fittedAxis(chart), valuesOf(chart))
        , m_grid(gridFor(chart, size))
        , m_canvas(size.widthInches * kPointsPerInch, heightFor(chart), fontsOf(size.type), title)
    {
        m_scale.place(0.0, 1.0);
    }

    std::string draw()
    {
        drawColourBar();
        for (std::size_t i = 0; i < m_chart.panels.size(); ++i) {
            const auto row = static_cast<double>(i / m_grid.across);
            const double top = kHead * m_em + row * panelHeight(m_chart);
            m_left = m_grid.panelWidth * static_cast<double>(i % m_grid.across);
            drawPanel(m_chart.panels[i], top);
            if (i + m_grid.across >= m_chart.panels.size()) { // the last of its column
                drawColumnLabels(top + panelHeight(m_chart) - 0.5 * m_em);
            }
        }
        return m_canvas.finished();
    }

private:
    static constexpr double kHead = 2.2; // em above the panels, for the colour scale
    static constexpr double kFoot = 2.6; // em below them, for the column numbers
    static constexpr double kPanelTitle = 1.4, kPanelGap = 0.5;

    struct Grid {
        double left = 0, cellWidth = 0, cellHeight = 0, panelWidth = 0;
        std::size_t across = 1, down = 1;
    };

    Grid gridFor(const HeatMapChart& chart, const ChartSize& size) const
    {
        const double width = size.widthInches * kPointsPerInch;
        Grid grid;
        for (const std::string& row : chart.rows) {
            grid.left = std::max(grid.left, textWidth(row, m_em) + 2 * kGap);
        }
        grid.left = std::min(grid.left, 0.4 * width);
        const auto columns = static_cast<double>(std::max<std::size_t>(chart.columns.size(), 1));
        const std::size_t count = std::max<std::size_t>(chart.panels.size(), 1);
        const double wanted = grid.left + kNarrowCell * columns + kPanelSpace;
        grid.across = std::min(count, static_cast<std::size_t>(std::max(1.0, width / wanted)));
        grid.down = (count + grid.across - 1) / grid.across;
        grid.panelWidth = width / static_cast<double>(grid.across);
        const double space = grid.across > 1 ? kPanelSpace : 2.0;
        grid.cellWidth = std::min(kWidestCell, (grid.panelWidth - grid.left - space) / columns);
        const auto panels = static_cast<double>(grid.down);
        const auto rows = static_cast<double>(std::max<std::size_t>(chart.rows.size(), 1));
        const double around = (kHead + kFoot + panels * (kPanelTitle + kPanelGap)) * m_em;
        grid.cellHeight =
            std::clamp((kMostHeight - around) / (panels * rows), kLowestCell, kHighestCell);
        return grid;
    }

    double panelHeight(const HeatMapChart& chart) const
    {
        return (kPanelTitle + kPanelGap) * m_em +
               m_grid.cellHeight * static_cast<double>(chart.rows.size());
    }

    double heightFor(const HeatMapChart& chart) const
    {
        return (kHead + kFoot) * m_em + panelHeight(chart) * static_cast<double>(m_grid.down);
    }

    void drawColourBar()
    {
        const double width = 0.28 * m_canvas.width();
        const double right = m_canvas.width() - 2 - 2.2 * m_em;
        const double step = width / static_cast<double>(kBarSteps);
        for (std::size_t i = 0; i < kBarSteps; ++i) {
            const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(kBarSteps);
            m_canvas.rectangle({right - width + static_cast<double>(i) * step, 3},
                               {step + 0.2, 0.8 * m_em}, hexOf(mapColour(m_chart.map, share)));
        }
        const double line = 3 + 0.75 * m_em;
        m_canvas.text({right + kGap, line}, valueText(m_scale.max()), {m_em});
        const std::string low = valueText(m_scale.min());
        m_canvas.text({right - width - kGap, line}, low, {m_em, TextAnchor::End});
        m_canvas.text({right - width - 3 * kGap - textWidth(low, m_em), line}, m_chart.value.title,
                      {m_em, TextAnchor::End});
    }

    std::string valueText(double value) const
    {
        return m_chart.map == ChartColourMap::Trellis ? fixedText(value, 2)
                                                      : significantText(value, 2);
    }

    void drawPanel(const HeatMapChart::Panel& panel, double top)
    {
        TextLook look{m_em};
        look.bold = true;
        m_canvas.text({m_left + 2, top + 0.9 * m_em}, panel.title, look);
        const double first = top + kPanelTitle * m_em;
        const double rowType = std::clamp(m_grid.cellHeight, kSmallestType, m_em);
        const auto every = static_cast<std::size_t>(std::ceil(rowType / m_grid.cellHeight - 1e-9));
        for (std::size_t row = 0; row < m_chart.rows.size(); ++row) {
            const double y = first + m_grid.cellHeight * static_cast<double>(row);
            if (row % every == 0) {
                m_canvas.text(
                    {m_left + m_grid.left - kGap, y + m_grid.cellHeight / 2 + 0.33 * rowType},
                    m_chart.rows[row], {rowType, TextAnchor::End});
            }
            for (std::size_t column = 0; column < m_chart.columns.size(); ++column) {
                const bool known = row < panel.values.size() && column < panel.values[row].size();
                drawCell(
                    known ? panel.values[row][column] : std::nullopt,
                    {m_left + m_grid.left + m_grid.cellWidth * static_cast<double>(column), y});
            }
        }
    }

    void drawCell(const std::optional<double>& value, PlanePoint corner)
    {
        const PlanePoint size{m_grid.cellWidth, m_grid.cellHeight};
        const PlanePoint middle{corner.x + size.x / 2, corner.y + size.y / 2};
        const double type = std::min(m_em, 0.75 * size.y);
        if (!value) {
            m_canvas.line({middle.x - 2, middle.y}, {middle.x + 2, middle.y}, {ink::kMuted, 0.5});
            return;
        }
        const Stroke edge{ink::kPaper, 0.4};
        if (std::isnan(*value)) {
            m_canvas.rectangle(corner, size, ink::kGrid, &edge);
            m_canvas.mark(middle, {ink::kMuted, "", Mark::Cross}, std::min(2.0, size.y / 3), true);
            return;
        }
        const bool belowLog = m_chart.value.scale == AxisScale::Logarithmic && *value <= 0.0;
        const Colour colour = mapColour(m_chart.map, belowLog ? 0.0 : m_scale.at(*value));
        m_canvas.rectangle(corner, size, hexOf(colour), &edge);
        const std::string text = valueText(*value);
        if (type >= kSmallestType && textWidth(text, type) + 2 <= size.x) {
            m_canvas.text({middle.x, middle.y + 0.34 * type}, text,
                          {type, TextAnchor::Middle, inkOn(colour)});
        }
    }

    void drawColumnLabels(double top)
    {
        double widest = 1.0;
        for (const std::string& column : m_chart.columns) {
            widest = std::max(widest, textWidth(column, m_em) + 3);
        }
        const double left = m_left + m_grid.left;
        const auto every = static_cast<std::size_t>(std::ceil(widest / m_grid.cellWidth));
        for (std::size_t i = 0; i < m_chart.columns.size(); i += every) {
            m_canvas.text({left + m_grid.cellWidth * (static_cast<double>(i) + 0.5), top + m_em},
                          m_chart.columns[i], {m_em, TextAnchor::Middle});
        }
        const double right = left + m_grid.cellWidth * static_cast<double>(m_chart.columns.size());
        m_canvas.text({(left + right) / 2, top + 2.1 * m_em}, m_chart.columnTitle,
                      {m_em, TextAnchor::Middle});
    }

    const HeatMapChart& m_chart;
    double m_em;
    ChartScale m_scale;
    Grid m_grid;
    double m_left = 0.0; // of the panel that is being drawn
    SvgCanvas m_canvas;
};

} // namespace

std::string heatMapSvg(const HeatMapChart& chart, std::string_view title, const ChartSize& size)
{
    return HeatMap(chart, title, size).draw();
}

} // namespace espalier
