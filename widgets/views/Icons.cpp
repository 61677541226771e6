// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/Icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <QWidget>

namespace espalier {

namespace {

/// Elements inside a 24 x 24 box; stroke and no fill are given by the frame around them.
const char* shapesOf(Glyph glyph)
{
    switch (glyph) {
    case Glyph::Espalier:
        return "<path d='M12 21V3M12 17H7q-2 0-2-2v-2M12 17h5q2 0 2-2v-2M12 12H7.5q-2 0-2-2V8M12 "
               "12h4.5q2 0 2-2V8"
               "M12 7H9.5q-1.5 0-1.5-1.5V4M12 7h2.5q1.5 0 1.5-1.5V4M9 21h6'/>";
    case Glyph::Models:
        return "<path d='M12 3l9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5L12 21l9-4.5'/>";
    case Glyph::NewRun:
        return "<circle cx='12' cy='12' r='9'/><path d='M12 8v8M8 12h8'/>";
    case Glyph::Queue:
        return "<path d='M4 6h10M4 12h10M4 18h6M18 5v13M15 15l3 3 3-3'/>";
    case Glyph::Compare:
        return "<path d='M4 3v17h17M7 6q2 8 12 9.5'/><circle cx='9' cy='11' r='1'/><circle cx='15' "
               "cy='11' r='1'/>";
    case Glyph::Report:
        return "<path d='M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7'/>";
    case Glyph::Plugins:
        return "<path d='M9 3v5M15 3v5M6 8h12v3q0 5-6 5t-6-5zM12 16v5'/>";
    case Glyph::Settings:
        return "<circle cx='12' cy='12' r='3'/><path d='M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 "
               "2.1"
               "M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1'/>";
    case Glyph::Check:
        return "<path d='M4.5 12.5l5 5L19.5 7'/>";
    case Glyph::Warning:
        return "<path d='M12 4L2.5 20h19zM12 10v5M12 17.5v.2'/>";
    case Glyph::Error:
        return "<circle cx='12' cy='12' r='9'/><path d='M9 9l6 6M15 9l-6 6'/>";
    case Glyph::Info:
        return "<circle cx='12' cy='12' r='9'/><path d='M12 11v6M12 7.5v.2'/>";
    case Glyph::Clock:
        return "<circle cx='12' cy='12' r='9'/><path d='M12 7v5.5l3.5 2'/>";
    case Glyph::Play:
        return "<path d='M7 4.5v15l12-7.5z'/>";
    case Glyph::Pause:
        return "<path d='M9 5v14M15 5v14'/>";
    case Glyph::Stop:
        return "<rect x='6' y='6' width='12' height='12' rx='1'/>";
    case Glyph::Close:
        return "<path d='M6 6l12 12M18 6L6 18'/>";
    case Glyph::More:
        return "<path d='M5.5 12h.2M12 12h.2M18.5 12h.2'/>";
    case Glyph::Search:
        return "<circle cx='11' cy='11' r='6.5'/><path d='M16 16l5 5'/>";
    case Glyph::Filter:
        return "<path d='M4 5h16l-6 7.5V19l-4-2v-4.5z'/>";
    case Glyph::Plus:
        return "<path d='M12 5v14M5 12h14'/>";
    case Glyph::Folder:
        return "<path d='M3 6h6l2 2.5h10V19H3z'/>";
    case Glyph::Copy:
        return "<rect x='8' y='8' width='12' height='12' rx='2'/><path d='M16 8V4H4v12h4'/>";
    case Glyph::Flag:
        return "<path d='M5 21V4h14l-3 4.5 3 4.5H5'/>";
    case Glyph::Calibration:
        return "<ellipse cx='12' cy='6' rx='7.5' ry='3'/><path d='M4.5 6v12q0 3 7.5 3t7.5-3V6M4.5 "
               "12q0 3 7.5 3t7.5-3'/>";
    case Glyph::Teacher:
        return "<path d='M12 5L2 9.5 12 14l10-4.5zM6.5 11.8V17q5.5 3.5 11 0v-5.2'/>";
    case Glyph::Gradients:
        return "<path d='M4 4q1 14 17 15M13 21h8M4 4'/><path d='M4 9.5V4h.2'/>";
    case Glyph::Memory:
        return "<rect x='6' y='6' width='12' height='12' rx='2'/><path d='M9 3v3M15 3v3M9 18v3M15 "
               "18v3M3 9h3M3 15h3M18 9h3M18 15h3'/>";
    case Glyph::Disk:
        return "<rect x='3' y='7' width='18' height='10' rx='2'/><path d='M6.5 13.5h5M17 "
               "13.5h.2'/>";
    case Glyph::ChevronRight:
        return "<path d='M9.5 6l6 6-6 6'/>";
    case Glyph::ChevronDown:
        return "<path d='M6 9.5l6 6 6-6'/>";
    case Glyph::Retry:
        return "<path d='M5 12a7.5 7.5 0 1 0 2.5-5.6M4.5 3.5l2.5 3.3 3.6-1.8'/>";
    case Glyph::Grip:
        return "<path d='M9 6h.2M15 6h.2M9 12h.2M15 12h.2M9 18h.2M15 18h.2'/>";
    case Glyph::Download:
        return "<path d='M12 4v11M7 10.5l5 5 5-5M5 20h14'/>";
    case Glyph::Pin:
        return "<path d='M9 3h6M10 3v7l-3 4h10l-3-4V3M12 14v7'/>";
    case Glyph::Save:
        return "<path d='M5 4h11l4 4v12H5zM8 4v5h7V4M8 20v-6h8v6'/>";
    case Glyph::Link:
        return "<path d='M10 14q-2.5-2.5 0-5l3.5-3.5q2.5-2 5 .5t.5 5L17 13M14 10q2.5 2.5 0 5l-3.5 "
               "3.5q-2.5 2-5-.5t-.5-5L7 11'/>";
    case Glyph::Speed:
        return "<path d='M4 18a9 9 0 1 1 16 0M12 15l4-6'/>";
    }
    return "";
}

QByteArray svgOf(Glyph glyph, const QColor& colour, double size)
{
    const char* stroke = size <= 16 ? "1.9" : "1.7";
    return QByteArray("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><g fill='none' "
                      "stroke='") +
           colour.name().toLatin1() + "' stroke-width='" + stroke +
           "' stroke-linecap='round' stroke-linejoin='round'>" + shapesOf(glyph) + "</g></svg>";
}

class GlyphEngine : public QIconEngine {
public:
    GlyphEngine(Glyph glyph, ThemeColour colour)
        : m_glyph(glyph)
        , m_colour(colour)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const PlotTheme& theme = PlotTheme::of(QGuiApplication::palette());
        paintGlyph(*painter, m_glyph, mode == QIcon::Disabled ? theme.disabled : theme.*m_colour,
                   rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new GlyphEngine(*this); }

private:
    Glyph m_glyph;
    ThemeColour m_colour;
};

} // namespace

QIcon icon(Glyph glyph, ThemeColour colour)
{
    return QIcon(new GlyphEngine(glyph, colour));
}

QPixmap glyphPixmap(Glyph glyph, ThemeColour colour, const QWidget& widget, int size)
{
    const double ratio = widget.devicePixelRatioF();
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintGlyph(painter, glyph, PlotTheme::of(widget).*colour, QRectF(0, 0, size, size));
    return pixmap;
}

void paintGlyph(QPainter& painter, Glyph glyph, const QColor& colour, const QRectF& target)
{
    const double side = std::min(target.width(), target.height());
    QRectF square(0, 0, side, side);
    square.moveCenter(target.center());
    QSvgRenderer(svgOf(glyph, colour, side)).render(&painter, square);
}

} // namespace espalier
