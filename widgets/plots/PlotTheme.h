// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QList>
#include <QPalette>

#include <array>

class QWidget;

namespace espalier {

enum class Marker { Circle = 1, Square, TriangleUp, Diamond, TriangleDown, Plus, Star, Cross };

/// How one series is drawn: colour, mark and dash together, so that none of them carries the
/// meaning alone.
struct SeriesStyle {
    QColor colour;
    Marker marker = Marker::Circle;
    QList<qreal> dash; // lengths in multiples of the line width; empty: solid
};

/// Slot of the teacher and of the baseline: never coloured.
inline constexpr int kReferenceSlot = -1;
inline constexpr int kSeriesSlots = 7;

/// Every colour of the window and of its plots. There are two of them, and a palette says which one
/// is in use, so that no widget has to be told.
struct PlotTheme {
    QColor window, surface, surfaceAlt, sunken;
    QColor line, grid, control;
    QColor text, textMuted, disabled;
    QColor accent, accentHover, onAccent, accentSoft;
    QColor danger, dangerSoft, warning, warningSoft, success, successSoft, info, infoSoft;
    std::array<QColor, kSeriesSlots> seriesColours;
    QColor reference;
    bool isDark = false;

    static const PlotTheme& light();
    static const PlotTheme& dark();
    /// The theme a palette was made from, told by its window colour.
    static const PlotTheme& of(const QPalette& palette);
    static const PlotTheme& of(const QWidget& widget);

    QPalette palette() const;
    /// From slot 7 on the colours come again, with other marks and dashes: 49 differ.
    /// kReferenceSlot is that of teacher and baseline.
    SeriesStyle series(int slot) const;
};

/// A member of PlotTheme by name: what icons and bands are told instead of a colour.
using ThemeColour = QColor PlotTheme::*;

/// Sizes of text relative to the application's font.
enum class TextRole { Caption = 1, Body, Section, Heading, Title, Mono };

QFont textFont(TextRole role);
/// Sets the font now and again whenever the application's font changes through applyTheme().
void setTextRole(QWidget* widget, TextRole role);
/// Applies the roles given by setTextRole() once more.
void refreshTextRoles();

/// Black or white, whichever contrasts more with `background`.
QColor inkOn(const QColor& background);
/// WCAG 2 contrast ratio, 1 to 21.
double contrastRatio(const QColor& a, const QColor& b);
/// `top` with `opacity` over an opaque `bottom`.
QColor blended(const QColor& top, const QColor& bottom, double opacity);

} // namespace espalier
