// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace espalier {

namespace {

[[noreturn]] void fail(const std::string& what, const Path& file, int reason)
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

struct JournalWriter::File {
    Path path = {};
    int descriptor = -1;
    std::int64_t offset = 0;
    mutable std::mutex mutex = {};

    void cut(std::int64_t length)
    {
        if (::ftruncate(descriptor, static_cast<off_t>(length)) != 0) {
            fail("Cannot cut", path, errno);
        }
        offset = length;
    }

    void append(const Json& object)
    {
        const std::string line = compactText(object) + '\n';
        const std::lock_guard lock(mutex);
        ssize_t written = -1;
        do {
            written = ::write(descriptor, line.data(), line.size());
        } while (written < 0 && errno == EINTR);
        if (written == static_cast<ssize_t>(line.size())) {
            offset += written;
            return;
        }
        const int reason = written < 0 ? errno : ENOSPC;
        if (written > 0) {
            cut(offset); // half a line must not stay before the next one
        }
        fail("Cannot write", path, reason);
    }
};

JournalWriter::JournalWriter(const Path& file)
    : m_file(std::make_unique<File>())
{
    m_file->path = file;
    m_file->descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (m_file->descriptor < 0) {
        fail("Cannot open", file, errno);
    }
    try {
        m_file->offset = wholeLines(m_file->descriptor, file);
        if (m_file->offset < sizeOf(m_file->descriptor, file)) {
            m_file->cut(m_file->offset);
        }
    } catch (const Error&) {
        ::close(m_file->descriptor);
        throw;
    }
}

JournalWriter::~JournalWriter()
{
    ::close(m_file->descriptor);
}

void JournalWriter::created(RunId id, RunId parent, bool isStudy, const RunSpec& spec,
                            std::int64_t methodVersion)
{
    m_file->append({{"t", "created"},
                    {"id", static_cast<std::int64_t>(id)},
                    {"parent", static_cast<std::int64_t>(parent)},
                    {"study", isStudy},
                    {"spec", toJson(spec)},
                    {"method_version", methodVersion},
                    {"at", nowMs()}});
}

void JournalWriter::status(RunStatus status, const std::optional<Failure>& failure)
{
    Json line{{"t", "status"}, {"status", nameOf(status)}, {"at", nowMs()}};
    if (failure) {
        line["failure"] = toJson(*failure);
    }
    m_file->append(line);
}

void JournalWriter::provenance(const Json& value)
{
    m_file->append({{"t", "provenance"}, {"value", value}});
}

void JournalWriter::metric(std::string_view name, const MetricPoint& point, std::string_view unit)
{
    Json line{{"t", "metric"},
              {"name", name},
              {"step", point.step},
              {"value", numberToJson(point.value)},
              {"at", point.atMs != 0 ? point.atMs : nowMs()}};
    if (!unit.empty()) {
        line["unit"] = unit;
    }
    m_file->append(line);
}

void JournalWriter::progress(const RunProgress& progress)
{
    Json line = toJson(progress);
    line["t"] = "progress";
    if (progress.atMs == 0) {
        line["at"] = nowMs();
    }
    m_file->append(line);
}

void JournalWriter::event(EventLevel level, std::string_view text)
{
    m_file->append({{"t", "event"}, {"level", nameOf(level)}, {"text", text}, {"at", nowMs()}});
}

void JournalWriter::artifact(const Artifact& artifact)
{
    Json line = toJson(artifact);
    line["t"] = "artifact";
    m_file->append(line);
}

void JournalWriter::sync()
{
    if (::fdatasync(m_file->descriptor) != 0) {
        fail("Cannot sync", m_file->path, errno);
    }
}

std::int64_t JournalWriter::offset() const
{
    const std::lock_guard lock(m_file->mutex);
    return m_file->offset;
}

void JournalWriter::truncate(std::int64_t offset)
{
    const std::lock_guard lock(m_file->mutex);
    if (offset < 0 || offset > m_file->offset) {
        throw Error(ErrorCode::Corrupt, "The journal " + m_file->path.string() + " has " +
                                            std::to_string(m_file->offset) +
                                            " bytes, but the checkpoint belongs to byte " +
                                            std::to_string(offset) +
                                            ". Retry the run from the beginning.");
    }
    m_file->cut(offset);
}

struct JournalReader::File {
    Path path = {};
    int descriptor = -1;
    std::int64_t offset = 0; // of the first byte that next() has not returned
    std::string buffer = {}; // bytes from `offset` - `used` on
    std::size_t used = 0;
};

JournalReader::JournalReader(const Path& file, std::int64_t offset)
    : m_file(std::make_unique<File>())
{
    m_file->path = file;
    m_file->offset = offset;
    m_file->descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (m_file->descriptor < 0) {
        fail("Cannot open", file, errno);
    }
}

JournalReader::~JournalReader()
{
    ::close(m_file->descriptor);
}

std::optional<Json> JournalReader::next()
{
    constexpr std::size_t kPiece = 262144;
    File& file = *m_file;
    std::size_t searched = file.used;
    std::size_t end = file.buffer.find('\n', searched);
    while (end == std::string::npos) {
        file.buffer.erase(0, file.used);
        file.used = 0;
        searched = file.buffer.size();
        const std::string piece = readAt(file.descriptor, file.path,
                                         file.offset + static_cast<std::int64_t>(searched), kPiece);
        if (piece.empty()) {
            return {};
        }
        file.buffer += piece;
        end = file.buffer.find('\n', searched);
    }
    const std::string_view line = std::string_view(file.buffer).substr(file.used, end - file.used);
    Json value = Json::parse(line, nullptr, false);
    file.offset += static_cast<std::int64_t>(end + 1 - file.used);
    file.used = end + 1;
    return value.is_object() ? std::move(value) : Json(nullptr);
}

std::int64_t JournalReader::offset() const
{
    return m_file->offset;
}

std::int64_t JournalReader::size() const
{
    return sizeOf(m_file->descriptor, m_file->path);
}

std::string JournalReader::before(std::int64_t offset, std::size_t count) const
{
    const std::int64_t begin =
        offset > static_cast<std::int64_t>(count) ? offset - static_cast<std::int64_t>(count) : 0;
    return readAt(m_file->descriptor, m_file->path, begin,
                  static_cast<std::size_t>(offset - begin));
}

} // namespace espalier
