// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgChart.h"
#include "tests/core/report/XmlCheck.h"
#include "tests/support/Test.h"

#include <cmath>
#include <limits>

using namespace std::string_literals;
using namespace espalier;
using espalier::test::countOf;
using espalier::test::xmlProblem;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

PlotChart lossCurves(std::size_t lines)
{
    PlotChart chart;
    chart.x.title = "Step";
    chart.y.title = "Loss (nat per token)";
    for (std::size_t i = 0; i < lines; ++i) {
        ChartSeries series{"line " + std::to_string(i), i};
        for (int step = 0; step <= 10; ++step) {
            series.points.push_back({step * 100.0, 3.0 - 0.2 * step + static_cast<double>(i)});
        }
        chart.series.push_back(series);
    }
    return chart;
}

/// The value of `name` in the first tag that contains `needle`.
double attributeOf(const std::string& svg, const std::string& needle, const std::string& name)
{
    const std::size_t at = svg.find(needle);
    const std::size_t tag = svg.rfind('<', at);
    const std::size_t value = svg.find(" " + name + "=\"", tag) + name.size() + 3;
    return at == std::string::npos ? kNan : std::stod(svg.substr(value));
}

} // namespace

TEST(checksXmlAtAll)
{
    COMPARE(xmlProblem("<a><b c=\"1\"/>x &lt; y</a>"), ""s);
    COMPARE(xmlProblem("<a><b></a></b>"), "unexpected </a"s);
    COMPARE(xmlProblem("<a>"), "unclosed <a"s);
    COMPARE(xmlProblem("<a b=1/>"), "attribute of <a"s);
    COMPARE(xmlProblem("<a b=\"1\" b=\"2\"/>"), "attribute twice in <a"s);
    COMPARE(xmlProblem("<a>AT&T</a>"), "entity &T</a>"s.substr(0, 9));
}

TEST(writesTextAsText)
{
    const std::string svg = toSvg(lossCurves(2), "Two lines");
    COMPARE(xmlProblem(svg), ""s);
    VERIFY(svg.find(">Loss (nat per token)</text>") != std::string::npos);
    VERIFY(svg.find(">line 1</text>") != std::string::npos);
    VERIFY(svg.find("width=\"3.3in\"") != std::string::npos);
    VERIFY(toSvg(lossCurves(2), "", kTwoColumns).find("width=\"6.8in\"") != std::string::npos);
    VERIFY(svg.find("<path") == std::string::npos);
    VERIFY(svg.find("href") == std::string::npos && svg.find("url(") == std::string::npos);
}

TEST(escapesWhatPeopleType)
{
    PlotChart chart = lossCurves(1);
    chart.series[0].name = "a<b & \"c\" > 'd'\x01";
    chart.y.title = "<script>alert(1)</script>";
    const std::string svg = toSvg(chart, "5 < 6 & 7");
    COMPARE(xmlProblem(svg), ""s);
    VERIFY(svg.find("<script") == std::string::npos);
    VERIFY(svg.find("a&lt;b &amp; &quot;c&quot;") != std::string::npos);
    VERIFY(svg.find('\x01') == std::string::npos);
}

TEST(ticksAreRoundNumbers)
{
    PlotChart chart = lossCurves(1);
    chart.series[0].points = {{0.0, 0.0}, {20000.0, 0.93}};
    const std::string svg = toSvg(chart, "");
    for (const char* tick :
         {">0.0<", ">0.2<", ">0.4<", ">0.6<", ">0.8<", ">10\u202F000<", ">20\u202F000<"}) {
        VERIFY2(svg.find(tick) != std::string::npos, tick);
    }
}

TEST(logarithmicAxesShowOneTwoFive)
{
    PlotChart chart = lossCurves(1);
    chart.y.scale = AxisScale::Logarithmic;
    chart.series[0].points = {{0, 0.15}, {1000, 2.5}, {2000, 0.0}}; // zero has no place there
    const std::string svg = toSvg(chart, "");
    for (const char* tick : {">0.2<", ">0.5<", ">1<", ">2<"}) {
        VERIFY2(svg.find(tick) != std::string::npos, tick);
    }
    // Equal factors are equal distances: 0.5 to 1 as 1 to 2.
    const double half = attributeOf(svg, ">0.5<", "y");
    const double one = attributeOf(svg, ">1<", "y");
    const double two = attributeOf(svg, ">2<", "y");
    COMPARE_CLOSE(half - one, one - two, 0.02);
}

TEST(gapsStayGaps)
{
    PlotChart chart = lossCurves(1);
    const std::size_t whole = countOf(toSvg(chart, ""), "<polyline");
    chart.series[0].points[4].y = kNan;
    chart.series[0].points[5].y = kNan;
    const std::string svg = toSvg(chart, "");
    COMPARE(whole, 1U);
    COMPARE(countOf(svg, "<polyline"), 2U);
    VERIFY(svg.find("nan") == std::string::npos);
}

TEST(linesAreNamedDirectlyWhileTheyAreFew)
{
    // Five names stand right of the axes, each on its own line; the sixth makes a legend above.
    const std::string five = toSvg(lossCurves(5), "");
    const double right = attributeOf(five, ">line 0<", "x");
    std::vector<double> heights;
    for (int i = 0; i < 5; ++i) {
        const std::string name = ">line " + std::to_string(i) + "<";
        COMPARE(attributeOf(five, name, "x"), right);
        heights.push_back(attributeOf(five, name, "y"));
    }
    for (std::size_t i = 1; i < heights.size(); ++i) {
        VERIFY(heights[i - 1] - heights[i] >=
               8.0); // higher loss is higher up, and no name covers another
    }
    const std::string six = toSvg(lossCurves(6), "");
    VERIFY(attributeOf(six, ">line 0<", "y") < 20.0);
}

TEST(runsAndTheirFront)
{
    PlotChart chart{{"Size (MB)"}, {"Perplexity"}, SeriesLook::MarkedLines};
    chart.series = {{"Wanda", 1, {{10, 30, 2.0, true}, {20, 20, kNan, false}}},
                    {"Unchanged", kChartReferenceSlot, {{40, 18}}}};
    chart.front = paretoStaircase({{20, 20}, {40, 18}});
    const std::string svg = toSvg(chart, "");
    COMPARE(xmlProblem(svg), ""s);
    COMPARE(countOf(svg, "<polyline"), 2U);                    // Wanda's line and the stairs
    VERIFY(countOf(svg, "fill=\"#FFFFFF\" stroke") == 1);      // one hollow square
    VERIFY(svg.find("stroke-dasharray") != std::string::npos); // Wanda's dash
}

TEST(heatMapsTellZeroMissingAndNotANumberApart)
{
    HeatMapChart chart;
    chart.value = {"Sparsity", AxisScale::Linear, 0.0, 1.0};
    chart.rows = {"self_attn.q_proj"};
    chart.columns = {"0", "1", "2", "3"};
    chart.panels = {{"Wanda", {{0.0, std::nullopt, kNan, 0.5}}}};
    const std::string svg = toSvg(chart, "");
    COMPARE(xmlProblem(svg), ""s);
    COMPARE(countOf(svg, ">0.00</text>"), 2U); // the cell and the end of the colour scale
    COMPARE(countOf(svg, ">0.50</text>"), 1U);
    VERIFY(svg.find("#29979D") != std::string::npos); // the middle of trellis
    COMPARE(countOf(svg, "#EEF9FA"), 1U);             // zero has the first colour, missing has none
    COMPARE(countOf(svg, "nan"), 0U);
}

TEST(manyLinearsShrinkButStayOnThePage)
{
    HeatMapChart chart;
    for (int i = 0; i < 60; ++i) {
        chart.columns.push_back(std::to_string(i));
        chart.rows.push_back("linear " + std::to_string(i));
    }
    chart.panels.push_back({"All", std::vector<std::vector<std::optional<double>>>(
                                       60, std::vector<std::optional<double>>(60, 0.3))});
    chart.panels.push_back(chart.panels.front());
    const std::string svg = toSvg(chart, "", kTwoColumns);
    VERIFY(attributeOf(svg, "viewBox", "height") <= 9.01);
    VERIFY(svg.find("font-size=\"5") == std::string::npos &&
           svg.find("font-size=\"4") == std::string::npos);
}

TEST(barsBeginAtZero)
{
    BarChart chart;
    chart.value.title = "Time (s)";
    chart.categories = {"Wanda", "SparseGPT"};
    chart.series = {{"calibrate", 0, {90.0, 100.0}}, {"compress", 1, {kNan, 20.0}}};
    const std::string svg = toSvg(chart, "");
    COMPARE(xmlProblem(svg), ""s);
    VERIFY(svg.find(">0</text>") != std::string::npos);
    const double axis = attributeOf(svg, ">0</text>", "x");
    // The first stacked bar of each category starts at the axis's zero.
    COMPARE_CLOSE(attributeOf(svg, "fill=\"#0F39AA\" stroke", "x"), axis, 0.01);
    COMPARE(countOf(svg, "fill=\"#E55C00\" stroke"), 1U);
}

TEST(emptyChartsAreStillCharts)
{
    for (const Chart& chart : {Chart(PlotChart{}), Chart(BarChart{}), Chart(HeatMapChart{})}) {
        COMPARE(xmlProblem(toSvg(chart, "")), ""s);
    }
    PlotChart one = lossCurves(1);
    one.series[0].points = {{5.0, kNan}, {5.0, 7.0}};
    const std::string svg = toSvg(one, "");
    COMPARE(xmlProblem(svg), ""s);
    VERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
}

TEST(panelsShareOneLegend)
{
    PanelChart chart;
    for (const char* heading : {"First", "Second", "Third", "Fourth", "Fifth"}) {
        chart.panels.push_back(lossCurves(2));
        chart.panels.back().heading = heading;
    }
    const std::string svg = toSvg(chart, "Five panels", kPanels);
    COMPARE(xmlProblem(svg), ""s);
    COMPARE(countOf(svg, ">line 1</text>"), 1U);
    COMPARE(countOf(svg, ">Fifth</text>"), 1U);
    COMPARE(countOf(svg, "<svg"), 1U);
    // Three across, two down: a panel is a third of 6.8 inches wide and 1.9 inches high.
    COMPARE(countOf(svg, "translate("), 5U);
    VERIFY(svg.find("translate(163.2 ") != std::string::npos);
    VERIFY(svg.find("translate(326.4 ") != std::string::npos);
}

TEST(smallHeatMapsStandSideBySide)
{
    HeatMapChart map;
    map.rows = {"q", "k"};
    map.columns = {"0", "1"};
    for (const char* title : {"A", "B", "C", "D"}) {
        map.panels.push_back({title, {{0.1, 0.2}, {0.3, 0.4}}});
    }
    const std::string svg = toSvg(map, "Four", kTwoColumns);
    COMPARE(xmlProblem(svg), ""s);
    COMPARE_CLOSE(attributeOf(svg, ">A</text>", "y"), attributeOf(svg, ">D</text>", "y"), 1e-9);
    VERIFY(attributeOf(svg, ">A</text>", "x") < attributeOf(svg, ">D</text>", "x"));
}
