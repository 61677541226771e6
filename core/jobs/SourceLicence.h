// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <string>

namespace espalier {

/// The licence of a model folder, as Hugging Face names it ("mit", "apache-2.0"): from the front
/// matter of its README.md, else from that of a licence file or from the title of a well-known
/// licence there. Empty when none of them tells.
ESPALIER_API std::string licenceOf(const Path& modelFolder);

} // namespace espalier
