// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/Icons.h"

#include "widgets/views/IconShapes.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <QWidget>

namespace espalier {

namespace {

/// The shapes in a frame that gives them stroke and no fill.
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
