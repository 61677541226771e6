// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

namespace espalier {

/// Holds a workspace's writer.lock; the kernel frees it when the process dies in whatever way.
class WriterLock {
public:
    /// Throws InvalidInput when somebody holds it, also this process; Io when the folder is not
    /// writable.
    explicit WriterLock(const Path& file);
    ~WriterLock();
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;

private:
    int m_descriptor = -1;
};

} // namespace espalier
