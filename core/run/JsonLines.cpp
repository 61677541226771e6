// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/JsonLines.h"

#include "core/base/Error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace espalier {

namespace json_lines {

void fail(const std::string& what, const Path& file, int reason)
{
    if (reason == ENOSPC || reason == EDQUOT) {
        throw Error(ErrorCode::Io, "The disk is full: the journal " + file.string() +
                                       " cannot take another line. Free space there and resume; "
                                       "what was written is kept.");
    }
    throw Error(reason == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                what + " the journal " + file.string() + ": " + std::strerror(reason) + ".");
}

std::int64_t sizeOf(int descriptor, const Path& file)
{
    struct stat state {};

    if (::fstat(descriptor, &state) != 0) {
        fail("Cannot look at", file, errno);
    }
    return state.st_size;
}

std::string readAt(int descriptor, const Path& file, std::int64_t offset, std::size_t count)
{
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = ::pread(descriptor, bytes.data() + filled, count - filled,
                                    static_cast<off_t>(offset) + static_cast<off_t>(filled));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            fail("Cannot read", file, errno);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

} // namespace json_lines

using json_lines::fail;
using json_lines::readAt;
using json_lines::sizeOf;

namespace {

/// The end of the last whole line.
std::int64_t wholeLines(int descriptor, const Path& file)
{
    constexpr std::int64_t kPiece = 65536;
    std::int64_t end = sizeOf(descriptor, file);
    while (end > 0) {
        const std::int64_t begin = end > kPiece ? end - kPiece : 0;
        const std::string piece =
            readAt(descriptor, file, begin, static_cast<std::size_t>(end - begin));
        const std::size_t found = piece.rfind('\n');
        if (found != std::string::npos) {
            return begin + static_cast<std::int64_t>(found) + 1;
        }
        end = begin;
    }
    return 0;
}

} // namespace

JsonLineWriter::JsonLineWriter(const Path& file)
    : m_path(file)
    , m_descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644))
{
    if (m_descriptor < 0) {
        fail("Cannot open", file, errno);
    }
    try {
        m_offset = wholeLines(m_descriptor, file);
        if (m_offset < sizeOf(m_descriptor, file)) {
            cut(m_offset);
        }
    } catch (const Error&) {
        ::close(m_descriptor);
        throw;
    }
}

JsonLineWriter::~JsonLineWriter()
{
    ::close(m_descriptor);
}

void JsonLineWriter::cut(std::int64_t length)
{
    if (::ftruncate(m_descriptor, static_cast<off_t>(length)) != 0) {
        fail("Cannot cut", m_path, errno);
    }
    m_offset = length;
}

void JsonLineWriter::append(const Json& object)
{
    const std::string line = compactText(object) + '\n';
    const std::lock_guard lock(m_mutex);
    ssize_t written = -1;
    do {
        written = ::write(m_descriptor, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written == static_cast<ssize_t>(line.size())) {
        m_offset += written;
        return;
    }
    const int reason = written < 0 ? errno : ENOSPC;
    if (written > 0) {
        cut(m_offset); // half a line must not stay before the next one
    }
    fail("Cannot write", m_path, reason);
}

void JsonLineWriter::sync()
{
    if (::fdatasync(m_descriptor) != 0) {
        fail("Cannot sync", m_path, errno);
    }
}

std::int64_t JsonLineWriter::offset() const
{
    const std::lock_guard lock(m_mutex);
    return m_offset;
}

void JsonLineWriter::truncate(std::int64_t offset)
{
    const std::lock_guard lock(m_mutex);
    if (offset < 0 || offset > m_offset) {
        throw Error(ErrorCode::Corrupt,
                    "The journal " + m_path.string() + " has " + std::to_string(m_offset) +
                        " bytes, but the checkpoint belongs to byte " + std::to_string(offset) +
                        ". Retry the run from the beginning.");
    }
    cut(offset);
}

} // namespace espalier
