// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Path.h"

#include "core/base/Error.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace espalier {

namespace {

[[noreturn]] void failIo(const std::string& what, const Path& file, int reason)
{
    const ErrorCode code = reason == ENOENT   ? ErrorCode::NotFound
                           : reason == EISDIR ? ErrorCode::InvalidInput
                                              : ErrorCode::Io;
    throw Error(code, what + " " + file.string() + ": " + std::strerror(reason) + ".");
}

class FileDescriptor {
public:
    explicit FileDescriptor(int descriptor)
        : m_descriptor(descriptor)
    {
    }

    ~FileDescriptor()
    {
        if (m_descriptor >= 0) {
            ::close(m_descriptor);
        }
    }

    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

void writeAll(int descriptor, const Path& file, const void* data, std::size_t bytes)
{
    const char* next = static_cast<const char*>(data);
    while (bytes > 0) {
        const ssize_t written = ::write(descriptor, next, bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0 && (errno == ENOSPC || errno == EDQUOT)) {
            throw Error(ErrorCode::Io,
                        "The disk is full: " + std::to_string(bytes) +
                            " more bytes are needed for " + file.string() +
                            ". Free space there, then resume the run or give the command again; "
                            "nothing that was finished is lost.");
        }
        if (written < 0) {
            failIo("Cannot write", file, errno);
        }
        next += written;
        bytes -= static_cast<std::size_t>(written);
    }
}

Path temporaryBeside(const Path& file)
{
    static std::atomic<unsigned> counter{0};
    Path temporary = file;
    temporary += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    return temporary;
}

} // namespace

std::string readFile(const Path& file)
{
    const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0) {
        failIo("Cannot read", file, errno);
    }
    std::string content;
    char buffer[65536];
    while (true) {
        const ssize_t count = ::read(descriptor.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            failIo("Cannot read", file, errno);
        }
        if (count == 0) {
            return content;
        }
        content.append(buffer, static_cast<std::size_t>(count));
    }
}

void writeFileAtomically(const Path& file, std::string_view content)
{
    writeFileAtomically(file, [&](const ByteSink& sink) { sink(content.data(), content.size()); });
}

void writeFileAtomically(const Path& file, const std::function<void(const ByteSink&)>& write)
{
    struct Guard {
        Path path;
        bool armed = true;

        ~Guard()
        {
            if (armed) {
                ::unlink(path.c_str());
            }
        }
    } temporary{temporaryBeside(file)};

    {
        const FileDescriptor descriptor(
            ::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (descriptor.get() < 0) {
            failIo("Cannot write", file, errno);
        }
        write([&](const void* data, std::size_t bytes) {
            writeAll(descriptor.get(), file, data, bytes);
        });
        if (::fsync(descriptor.get()) != 0) {
            failIo("Cannot write", file, errno);
        }
    }
    if (::rename(temporary.path.c_str(), file.c_str()) != 0) {
        failIo("Cannot write", file, errno);
    }
    temporary.armed = false;
    syncFolder(file.parent_path());
}

void syncFolder(const Path& folder)
{
    const Path target = folder.empty() ? Path(".") : folder;
    const FileDescriptor descriptor(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0) {
        failIo("Cannot open the folder", target, errno);
    }
    if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOSYS) {
        failIo("Cannot sync the folder", target, errno);
    }
}

void makeFolder(const Path& folder)
{
    std::error_code reason;
    std::filesystem::create_directories(folder, reason);
    if (reason) {
        throw Error(ErrorCode::Io, "Cannot create the folder " + folder.string() + ": " +
                                       reason.message() +
                                       ". Choose another place, or check your rights there.");
    }
}

} // namespace espalier
