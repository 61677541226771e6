// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunLock.h"

#include "core/base/Error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace espalier {

RunLock::RunLock(const Path& file)
    : m_descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
{
    if (m_descriptor < 0) {
        throw Error(ErrorCode::Io,
                    "Cannot open the lock " + file.string() + ": " + std::strerror(errno) + ".");
    }
    m_held = ::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0;
}

RunLock::~RunLock()
{
    ::close(m_descriptor);
}

} // namespace espalier
