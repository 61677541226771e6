// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotTheme.h"

#include <QIcon>
#include <QPixmap>

namespace espalier {

enum class Glyph {
    Espalier = 1,
    Models,
    NewRun,
    Queue,
    Compare,
    Report,
    Plugins,
    Settings,
    Check,
    Warning,
    Error,
    Info,
    Clock,
    Play,
    Pause,
    Stop,
    Close,
    More,
    Search,
    Filter,
    Plus,
    Folder,
    Copy,
    Flag,
    Calibration,
    Teacher,
    Gradients,
    Memory,
    Disk,
    ChevronRight,
    ChevronDown,
    Retry,
    Grip,
    Download,
    Pin,
    Save,
    Link,
    Speed,
    Delete
};

/// Drawn from our own SVG text in the theme that is current when it is painted; grey when disabled.
QIcon icon(Glyph glyph, ThemeColour colour = &PlotTheme::text);
/// The same as a picture for a label of this widget.
QPixmap glyphPixmap(Glyph glyph, ThemeColour colour, const QWidget& widget, int size = 16);
void paintGlyph(QPainter& painter, Glyph glyph, const QColor& colour, const QRectF& target);

} // namespace espalier
