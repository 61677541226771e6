// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"
#include "core/report/ChartStyle.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// & < > " ' as entities, characters XML forbids as U+FFFD.
std::string xmlEscaped(std::string_view text);

struct Stroke {
    const char* colour = ink::kText;
    double width = 0.6;
    const char* dash = "";
    double opacity = 1.0;
};

enum class TextAnchor { Start = 1, Middle, End };

struct TextLook {
    double size = 8.0;
    TextAnchor anchor = TextAnchor::Start;
    const char* colour = ink::kText;
    bool bold = false;
    bool upright = true; // false: turned a quarter to the left
};

/// Writes one SVG in points (1/72 inch), text as text, attributes only: no style sheet, no script,
/// no reference.
class SvgCanvas {
public:
    SvgCanvas(double width, double height, std::string_view fonts, std::string_view title);

    void line(PlanePoint from, PlanePoint to, const Stroke& stroke);
    void polyline(const std::vector<PlanePoint>& points, const Stroke& stroke);
    void polygon(const std::vector<PlanePoint>& points, std::string_view fill, double opacity);
    void rectangle(PlanePoint corner, PlanePoint size, std::string_view fill,
                   const Stroke* border = nullptr);
    void text(PlanePoint at, std::string_view content, const TextLook& look = {});
    void mark(PlanePoint at, const ChartSeriesStyle& style, double radius, bool hollow);
    /// Everything drawn on `part`, its corner at `corner`.
    void place(const SvgCanvas& part, PlanePoint corner);
    std::string finished() const;

    double width() const { return m_width; }

    double height() const { return m_height; }

private:
    double m_width, m_height;
    std::string m_head, m_body;
};

/// A guess without font metrics, on the generous side.
double textWidth(std::string_view text, double size);

} // namespace espalier
