// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/Icons.h"

namespace espalier {

/// What a glyph is drawn of: SVG elements in a box of 24 x 24, without stroke and fill.
const char* shapesOf(Glyph glyph);

} // namespace espalier
