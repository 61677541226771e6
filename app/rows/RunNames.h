// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"

#include <QString>

namespace espalier {

class MethodCatalog;

/// "Wanda": the run's own title, else its method's.
QString nameOf(const RunSpec& spec, const MethodCatalog& methods);
/// What sets the run apart from others of its method, in few words: "50 %", "2:4", "blocks 0,2,4".
QString variantOf(const RunSpec& spec, const MethodCatalog& methods);
/// "0067 Wanda 50 %".
QString fullNameOf(const RunRecord& run, const MethodCatalog& methods);
/// "stories260k", or "run 0041" for the model another run made.
QString modelNameOf(const std::string& model);
/// Equal for runs that differ by their seed only.
std::string groupKeyOf(const RunSpec& spec);

} // namespace espalier
