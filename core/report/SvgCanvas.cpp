// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgCanvas.h"

#include "core/analysis/NumberFormat.h"

#include <cmath>
#include <numbers>

namespace espalier {

namespace {

std::string coordinate(double value)
{
    std::string text = fixedText(value, 2, NumberStyle::Plain);
    while (text.ends_with('0')) {
        text.pop_back();
    }
    if (text.ends_with('.')) {
        text.pop_back();
    }
    return text;
}

std::string attribute(std::string_view name, std::string_view value)
{
    std::string text(" ");
    return text.append(name).append("=\"").append(xmlEscaped(value)).append("\"");
}

std::string attribute(std::string_view name, double value)
{
    return attribute(name, coordinate(value));
}

std::string strokeAttributes(const Stroke& stroke)
{
    std::string text = attribute("stroke", stroke.colour) + attribute("stroke-width", stroke.width);
    if (*stroke.dash != '\0') {
        text += attribute("stroke-dasharray", stroke.dash);
    }
    if (stroke.opacity < 1.0) {
        text += attribute("stroke-opacity", stroke.opacity);
    }
    return text;
}

std::string pointsAttribute(const std::vector<PlanePoint>& points)
{
    std::string list;
    for (const PlanePoint& point : points) {
        list.append(list.empty() ? "" : " ").append(coordinate(point.x)).append(",");
        list.append(coordinate(point.y));
    }
    return attribute("points", list);
}

/// Corners on circles around `at`, `start` in eighths of a turn from the top.
std::vector<PlanePoint> corners(PlanePoint at, std::size_t count, double start, double outer,
                                double inner)
{
    std::vector<PlanePoint> points;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 2.0 * std::numbers::pi *
                             (start / 8.0 + static_cast<double>(i) / static_cast<double>(count));
        const double radius = i % 2 == 0 ? outer : inner;
        points.push_back({at.x + radius * std::sin(angle), at.y - radius * std::cos(angle)});
    }
    return points;
}

std::vector<PlanePoint> outlineOf(Mark mark, PlanePoint at, double r)
{
    switch (mark) {
    case Mark::Square:
        return corners(at, 4, 1, 1.25 * r, 1.25 * r);
    case Mark::TriangleUp:
        return corners(at, 3, 0, 1.3 * r, 1.3 * r);
    case Mark::Diamond:
        return corners(at, 4, 0, 1.3 * r, 1.3 * r);
    case Mark::TriangleDown:
        return corners(at, 3, 4, 1.3 * r, 1.3 * r);
    case Mark::Star:
        return corners(at, 10, 0, 1.5 * r, 0.65 * r);
    case Mark::Circle:
    case Mark::Plus:
    case Mark::Cross:
        break;
    }
    return {};
}

} // namespace

std::string xmlEscaped(std::string_view text)
{
    std::string result;
    for (const char character : text) {
        switch (character) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            if (static_cast<unsigned char>(character) < 0x20 && character != '\n' &&
                character != '\t') {
                result += "\uFFFD";
            } else {
                result += character;
            }
        }
    }
    return result;
}

SvgCanvas::SvgCanvas(double width, double height, std::string_view fonts, std::string_view title)
    : m_width(width)
    , m_height(height)
{
    m_head = "<svg xmlns=\"http://www.w3.org/2000/svg\"" +
             attribute("width", coordinate(width / 72.0) + "in") +
             attribute("height", coordinate(height / 72.0) + "in") +
             attribute("viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)) +
             attribute("role", "img") + attribute("font-family", fonts) + ">\n<title>" +
             xmlEscaped(title) + "</title>\n";
    rectangle({0, 0}, {width, height}, ink::kPaper);
}

void SvgCanvas::line(PlanePoint from, PlanePoint to, const Stroke& stroke)
{
    m_body += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
              attribute("y2", to.y) + strokeAttributes(stroke) + "/>\n";
}

void SvgCanvas::polyline(const std::vector<PlanePoint>& points, const Stroke& stroke)
{
    if (points.size() > 1) {
        m_body += "<polyline" + pointsAttribute(points) + attribute("fill", "none") +
                  attribute("stroke-linejoin", "round") + strokeAttributes(stroke) + "/>\n";
    }
}

void SvgCanvas::polygon(const std::vector<PlanePoint>& points, std::string_view fill,
                        double opacity)
{
    m_body += "<polygon" + pointsAttribute(points) + attribute("fill", fill) +
              attribute("fill-opacity", opacity) + "/>\n";
}

void SvgCanvas::rectangle(PlanePoint corner, PlanePoint size, std::string_view fill,
                          const Stroke* border)
{
    m_body += "<rect" + attribute("x", corner.x) + attribute("y", corner.y) +
              attribute("width", size.x) + attribute("height", size.y) + attribute("fill", fill) +
              (border == nullptr ? std::string() : strokeAttributes(*border)) + "/>\n";
}

void SvgCanvas::text(PlanePoint at, std::string_view content, const TextLook& look)
{
    m_body += "<text" + attribute("x", at.x) + attribute("y", at.y) +
              attribute("font-size", look.size) + attribute("fill", look.colour);
    if (look.anchor != TextAnchor::Start) {
        m_body += attribute("text-anchor", look.anchor == TextAnchor::Middle ? "middle" : "end");
    }
    if (look.bold) {
        m_body += attribute("font-weight", "bold");
    }
    if (!look.upright) {
        m_body +=
            attribute("transform", "rotate(-90 " + coordinate(at.x) + " " + coordinate(at.y) + ")");
    }
    m_body.append(">").append(xmlEscaped(content)).append("</text>\n");
}

void SvgCanvas::mark(PlanePoint at, const ChartSeriesStyle& style, double radius, bool hollow)
{
    const Stroke stroke{style.colour, hollow ? 0.8 : 1.0, "", 1.0};
    const char* fill = hollow ? ink::kPaper : style.colour;
    if (style.mark == Mark::Circle) {
        m_body += "<circle" + attribute("cx", at.x) + attribute("cy", at.y) +
                  attribute("r", radius) + attribute("fill", fill) + strokeAttributes(stroke) +
                  "/>\n";
    } else if (style.mark == Mark::Plus || style.mark == Mark::Cross) {
        const double reach = style.mark == Mark::Plus ? 1.3 * radius : radius;
        const double skew = style.mark == Mark::Plus ? 0.0 : reach;
        const Stroke thick{style.colour, hollow ? 0.8 : 1.5, "", 1.0};
        line({at.x - reach, at.y - skew}, {at.x + reach, at.y + skew}, thick);
        line({at.x - skew, at.y + reach}, {at.x + skew, at.y - reach}, thick);
    } else {
        m_body += "<polygon" + pointsAttribute(outlineOf(style.mark, at, radius)) +
                  attribute("fill", fill) + attribute("stroke-linejoin", "round") +
                  strokeAttributes(stroke) + "/>\n";
    }
}

void SvgCanvas::place(const SvgCanvas& part, PlanePoint corner)
{
    m_body += "<g" +
              attribute("transform",
                        "translate(" + coordinate(corner.x) + " " + coordinate(corner.y) + ")") +
              ">\n" + part.m_body + "</g>\n";
}

std::string SvgCanvas::finished() const
{
    return m_head + m_body + "</svg>\n";
}

double textWidth(std::string_view text, double size)
{
    double ems = 0.0;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x80 && byte < 0xC0) {
            continue; // the rest of a character that was counted
        }
        if (byte >= 0xE3) {
            ems += 1.0; // CJK
        } else if (std::string_view("iljtfrI.,:;'|!() ").find(character) !=
                   std::string_view::npos) {
            ems += 0.36;
        } else if (std::string_view("mwMW%").find(character) != std::string_view::npos) {
            ems += 0.90;
        } else {
            ems += character >= 'A' && character <= 'Z' ? 0.74 : 0.57;
        }
    }
    return ems * size;
}

} // namespace espalier
