// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/Method.h"

namespace espalier {

Method::~Method() = default;

} // namespace espalier
