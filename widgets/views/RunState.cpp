// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/RunState.h"

#include <QCoreApplication>

namespace espalier {

RunStateLook lookOf(RunStatus status)
{
    const auto word = [](const char* text) {
        return QCoreApplication::translate("RunState", text);
    };
    switch (status) {
    case RunStatus::Waiting:
        return {Glyph::Clock, &PlotTheme::textMuted,
                word(QT_TRANSLATE_NOOP("RunState", "Waiting"))};
    case RunStatus::Running:
        return {Glyph::Play, &PlotTheme::info, word(QT_TRANSLATE_NOOP("RunState", "Running"))};
    case RunStatus::Paused:
        return {Glyph::Pause, &PlotTheme::warning, word(QT_TRANSLATE_NOOP("RunState", "Paused"))};
    case RunStatus::Succeeded:
        return {Glyph::Check, &PlotTheme::success,
                word(QT_TRANSLATE_NOOP("RunState", "Succeeded"))};
    case RunStatus::Failed:
        return {Glyph::Error, &PlotTheme::danger, word(QT_TRANSLATE_NOOP("RunState", "Failed"))};
    case RunStatus::Cancelled:
        return {Glyph::Stop, &PlotTheme::textMuted,
                word(QT_TRANSLATE_NOOP("RunState", "Cancelled"))};
    case RunStatus::Interrupted:
        break;
    }
    return {Glyph::Warning, &PlotTheme::warning,
            word(QT_TRANSLATE_NOOP("RunState", "Interrupted"))};
}

} // namespace espalier
