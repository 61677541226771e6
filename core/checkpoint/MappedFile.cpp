// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/MappedFile.h"

#include "core/base/Error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace espalier {

namespace {

[[noreturn]] void failToRead(const Path& file, int reason)
{
    const ErrorCode code = reason == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    throw Error(code, "Cannot read " + file.string() + ": " + std::strerror(reason) + ".");
}

} // namespace

MappedFile::MappedFile(const Path& file)
    : m_path(file)
    , m_descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC))
{
    if (m_descriptor < 0) {
        failToRead(file, errno);
    }
    struct stat status = {};
    int reason = ::fstat(m_descriptor, &status) == 0 ? 0 : errno;
    if (reason == 0 && !S_ISREG(status.st_mode)) {
        reason = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    }
    m_size = reason == 0 ? static_cast<std::size_t>(status.st_size) : 0;
    if (m_size > 0) { // an empty file cannot be mapped
        void* address = ::mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
                               m_descriptor, 0);
        reason = address == MAP_FAILED ? errno : 0;
        m_data = address == MAP_FAILED ? nullptr : static_cast<char*>(address);
    }
    if (reason != 0) {
        ::close(m_descriptor);
        failToRead(file, reason);
    }
}

MappedFile::~MappedFile()
{
    if (m_data != nullptr) {
        ::munmap(m_data, m_size);
    }
    ::close(m_descriptor);
}

void MappedFile::readAt(std::size_t begin, void* target, std::size_t bytes) const
{
    char* next = static_cast<char*>(target);
    while (bytes > 0) {
        const ssize_t count = ::pread(m_descriptor, next, bytes, static_cast<off_t>(begin));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            failToRead(m_path, errno);
        }
        if (count == 0) {
            throw Error(ErrorCode::Io, m_path.string() + " became shorter while it was read: " +
                                           std::to_string(bytes) + " bytes are missing at byte " +
                                           std::to_string(begin) +
                                           ". Do not change a model in use.");
        }
        next += count;
        begin += static_cast<std::size_t>(count);
        bytes -= static_cast<std::size_t>(count);
    }
}

} // namespace espalier
