// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <span>
#include <string>

namespace espalier {

/// "[4, 16]", as messages show a shape.
ESPALIER_API std::string shapeText(std::span<const std::int64_t> shape);

} // namespace espalier
