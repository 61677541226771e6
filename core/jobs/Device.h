// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace espalier {

/// Makes sure that a run's device can be used; for cuda:N it opens libtorch_cuda, which is never
/// linked, so that a program without it starts everywhere. Throws Unsupported with the loader's
/// reason and what to do.
void requireDevice(const std::string& device);

} // namespace espalier
