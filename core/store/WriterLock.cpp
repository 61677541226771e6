// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/WriterLock.h"

#include "core/base/Error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace espalier {

namespace {

std::string holderOf(int descriptor)
{
    char digits[32] = {};
    const ssize_t count = ::pread(descriptor, digits, sizeof digits - 1, 0);
    return count > 0 ? " by process " + std::string(digits, static_cast<std::size_t>(count)) : "";
}

} // namespace

WriterLock::WriterLock(const Path& file)
    : m_descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
{
    const std::string folder = file.parent_path().string();
    if (m_descriptor < 0) {
        throw Error(ErrorCode::Io,
                    "The workspace " + folder + " cannot be written: " + std::strerror(errno) +
                        ". It can still be read; choose another folder for new runs.");
    }
    if (::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0) {
        const std::string holder = holderOf(m_descriptor);
        ::close(m_descriptor);
        throw Error(ErrorCode::InvalidInput,
                    "The workspace " + folder + " is already open for writing" + holder +
                        ". Close it there first; reading is possible meanwhile.");
    }
    const std::string process = std::to_string(::getpid());
    if (::ftruncate(m_descriptor, 0) != 0 ||
        ::pwrite(m_descriptor, process.data(), process.size(), 0) < 0) {
        // The number is for the message of a second writer only; the lock holds without it (full
        // disk).
        (void)::ftruncate(m_descriptor, 0);
    }
}

WriterLock::~WriterLock()
{
    ::close(m_descriptor);
}

} // namespace espalier
