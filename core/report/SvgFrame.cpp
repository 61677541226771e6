// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgFrame.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr double kSwatch = 20.0;
const Stroke kAxisStroke{ink::kAxis, 0.6};
const Stroke kGridStroke{ink::kGrid, 0.6};

void drawSwatch(SvgCanvas& canvas, PlanePoint at, std::size_t slot, LegendSwatch swatch)
{
    const ChartSeriesStyle style = seriesStyle(slot);
    if (swatch == LegendSwatch::Block) {
        canvas.rectangle({at.x + 8, at.y - 4}, {8, 8}, style.colour);
        return;
    }
    if (swatch != LegendSwatch::Mark) {
        canvas.line(at, {at.x + kSwatch - 2, at.y}, {style.colour, 1.2, style.dash});
    }
    if (swatch != LegendSwatch::Line) {
        canvas.mark({at.x + kSwatch / 2 - 1, at.y}, style, 2.4, false);
    }
}

} // namespace

const char* fontsOf(ChartType type)
{
    return type == ChartType::Serif
               ? "Times New Roman, Times, Liberation Serif, Noto Serif, Noto Serif CJK SC, serif"
               : "Helvetica, Arial, Liberation Sans, Noto Sans, Noto Sans CJK SC, sans-serif";
}

double labelWidth(const std::vector<Tick>& ticks, double size)
{
    double width = 0.0;
    for (const Tick& tick : ticks) {
        width = std::max(width, textWidth(tick.label, size));
    }
    return width;
}

std::size_t tickCount(double length, double each)
{
    return static_cast<std::size_t>(std::max(2.0, length / each));
}

void drawXAxis(SvgCanvas& canvas, const SvgFrame& frame, const ChartScale& scale,
               const std::vector<Tick>& ticks, std::string_view title, double size)
{
    for (const Tick& tick : ticks) {
        const double x = scale.at(tick.value);
        canvas.line({x, frame.top}, {x, frame.bottom}, kGridStroke);
        canvas.line({x, frame.bottom}, {x, frame.bottom + kTickLength}, kAxisStroke);
        canvas.text({x, frame.bottom + kTickLength + size}, tick.label, {size, TextAnchor::Middle});
    }
    canvas.line({frame.left, frame.bottom}, {frame.right, frame.bottom}, kAxisStroke);
    const double middle = (frame.left + frame.right) / 2;
    const double half = textWidth(title, size) / 2;
    const double x =
        std::min(std::max(middle, half + 1), std::max(canvas.width() - half - 1, middle / 2));
    canvas.text({x, frame.bottom + kTickLength + 2.2 * size}, title, {size, TextAnchor::Middle});
}

void drawYAxis(SvgCanvas& canvas, const SvgFrame& frame, const ChartScale& scale,
               const std::vector<Tick>& ticks, std::string_view title, double size)
{
    for (const Tick& tick : ticks) {
        const double y = scale.at(tick.value);
        canvas.line({frame.left, y}, {frame.right, y}, kGridStroke);
        canvas.line({frame.left - kTickLength, y}, {frame.left, y}, kAxisStroke);
        canvas.text({frame.left - kTickLength - 2, y + 0.33 * size}, tick.label,
                    {size, TextAnchor::End});
    }
    canvas.line({frame.left, frame.top}, {frame.left, frame.bottom}, kAxisStroke);
    TextLook look{size, TextAnchor::Middle};
    look.upright = false;
    const double half = textWidth(title, size) / 2;
    const double middle = (frame.top + frame.bottom) / 2;
    canvas.text({size, std::clamp(middle, half, std::max(half, canvas.height() - half))}, title,
                look);
}

double drawLegend(SvgCanvas* canvas, const std::vector<LegendEntry>& entries, LegendSwatch swatch,
                  const SvgFrame& area, double size)
{
    if (entries.empty()) {
        return 0.0;
    }
    const double row = 1.4 * size;
    double x = area.left;
    double y = area.top;
    for (const LegendEntry& entry : entries) {
        const double width = kSwatch + 1 + textWidth(entry.name, size) + 6;
        if (x > area.left && x + width > area.right) {
            x = area.left;
            y += row;
        }
        if (canvas != nullptr) {
            drawSwatch(*canvas, {x, y + row / 2}, entry.slot, swatch);
            canvas->text({x + kSwatch + 1, y + row / 2 + 0.33 * size}, entry.name, {size});
        }
        x += width;
    }
    return y + row - area.top + kGap;
}

} // namespace espalier
