// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstddef>
#include <string_view>

namespace espalier {

/// A whole file in memory, private and copy on write: writing into it never reaches the disk.
class ESPALIER_API MappedFile {
public:
    /// Throws NotFound or Io with the path and the system's reason.
    explicit MappedFile(const Path& file);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const Path& path() const { return m_path; }

    std::size_t size() const { return m_size; }

    char* data() const { return m_data; }

    std::string_view text(std::size_t begin, std::size_t length) const
    {
        return {m_data + begin, length};
    }

    /// Reads past the mapping, so that no page of it becomes resident. Throws Io.
    void readAt(std::size_t begin, void* target, std::size_t bytes) const;

private:
    Path m_path;
    int m_descriptor = -1;
    char* m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace espalier
