// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "core/run/JsonLines.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace espalier {

using json_lines::fail;
using json_lines::readAt;
using json_lines::sizeOf;

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
