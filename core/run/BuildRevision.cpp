// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/BuildRevision.h"

// Made anew when the commit changes; nobody else includes it, else everything would compile again.
#include "core/run/GitRevision.h"

namespace espalier {

std::string buildRevision()
{
    return ESPALIER_GIT_REVISION;
}

} // namespace espalier
