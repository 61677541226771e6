// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/Icons.h"

#include <QWidget>

namespace espalier {

/// An icon that stands beside text; follows the theme by itself.
class GlyphLabel : public QWidget {
    Q_OBJECT

public:
    explicit GlyphLabel(Glyph glyph, ThemeColour colour = &PlotTheme::textMuted,
                        QWidget* parent = nullptr);

    void setGlyph(Glyph glyph, ThemeColour colour);

    Glyph glyph() const { return m_glyph; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Glyph m_glyph;
    ThemeColour m_colour;
};

} // namespace espalier
