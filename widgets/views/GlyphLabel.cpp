// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/GlyphLabel.h"

#include <QPainter>

namespace espalier {

GlyphLabel::GlyphLabel(Glyph glyph, ThemeColour colour, QWidget* parent)
    : QWidget(parent)
    , m_glyph(glyph)
    , m_colour(colour)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void GlyphLabel::setGlyph(Glyph glyph, ThemeColour colour)
{
    m_glyph = glyph;
    m_colour = colour;
    update();
}

QSize GlyphLabel::sizeHint() const
{
    const int side = std::max(16, fontMetrics().height());
    return {side, side};
}

void GlyphLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const PlotTheme& theme = PlotTheme::of(*this);
    paintGlyph(painter, m_glyph, isEnabled() ? theme.*m_colour : theme.disabled, rect());
}

} // namespace espalier
