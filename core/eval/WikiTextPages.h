// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The articles of a raw WikiText file, as the data set that lm-evaluation-harness reads has them:
/// a page begins with a heading of the first level, " = Title = ".
ESPALIER_API std::vector<std::string> wikiTextPages(std::string_view text);

/// The harness's detokenizer of WikiText: joins "@-@", punctuation, brackets and quotes. Kept with
/// its quirks: figures are equal only if the text is.
ESPALIER_API std::string wikiTextDetokenized(std::string_view page);

} // namespace espalier
