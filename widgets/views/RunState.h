// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"
#include "widgets/views/Icons.h"

#include <QString>

namespace espalier {

/// A run's state is always an icon and a word.
struct RunStateLook {
    Glyph glyph;
    ThemeColour colour;
    QString word;
};

RunStateLook lookOf(RunStatus status);

} // namespace espalier
