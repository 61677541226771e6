// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

namespace espalier {

/// An advisory lock (flock) on a file, let go when the object or the process ends, SIGKILL
/// included: whoever cannot take a run's lock knows that its worker lives.
class ESPALIER_API RunLock {
public:
    explicit RunLock(const Path& file);
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    bool isHeld() const { return m_held; }

    static Path fileOf(const Path& runFolder) { return runFolder / "worker.lock"; }

private:
    int m_descriptor = -1;
    bool m_held = false;
};

} // namespace espalier
