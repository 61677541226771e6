// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgChart.h"

#include "core/report/SvgFrame.h"

namespace espalier {

std::string toSvg(const Chart& chart, std::string_view title, const ChartSize& size)
{
    if (const auto* plot = std::get_if<PlotChart>(&chart)) {
        return plotSvg(*plot, title, size);
    }
    if (const auto* panels = std::get_if<PanelChart>(&chart)) {
        return panelSvg(*panels, title, size);
    }
    if (const auto* bars = std::get_if<BarChart>(&chart)) {
        return barSvg(*bars, title, size);
    }
    return heatMapSvg(std::get<HeatMapChart>(chart), title, size);
}

} // namespace espalier
