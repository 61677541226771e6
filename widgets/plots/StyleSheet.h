// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotTheme.h"

#include <QString>

class QApplication;
class QWidget;

namespace espalier {

/// Dynamic property `role` that the style sheet looks at: "filled", "flat", "link", "rail",
/// "segment" on buttons; "muted", "danger", "warning", "success" on labels; "panel", "rule",
/// "dangerBand", "warningBand", "infoBand", "successBand", "chip", "dropArea" on frames.
void setRole(QWidget* widget, const char* role);
/// Dynamic property `invalid` of a field: the red border.
void setInvalid(QWidget* field, bool invalid);

/// The one style sheet, made from the tokens; heights follow `font`.
QString styleSheet(const PlotTheme& theme, const QFont& font);

/// Style, palette, font and style sheet of the whole program. `textScale` 0.8 to 2.
void applyTheme(QApplication& application, const PlotTheme& theme, double textScale = 1.0);

/// Height of buttons and fields for a font: 28 at 100 %.
int controlHeight(const QFontMetrics& metrics);

} // namespace espalier
