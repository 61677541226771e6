// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"

#include <cstdint>
#include <mutex>

namespace espalier {

/// Appends JSON objects to a file, one a line, each with one write(2), so that a reader or a crash
/// never meets half a line in the middle. Safe to use from several threads.
class JsonLineWriter {
public:
    /// Creates the file when missing; cuts a torn last line off.
    explicit JsonLineWriter(const Path& file);
    ~JsonLineWriter();
    JsonLineWriter(const JsonLineWriter&) = delete;
    JsonLineWriter& operator=(const JsonLineWriter&) = delete;

    void append(const Json& object);
    void sync();
    std::int64_t offset() const;
    /// Throws Corrupt when the file is shorter than that.
    void truncate(std::int64_t offset);

private:
    void cut(std::int64_t length);

    Path m_path;
    int m_descriptor = -1;
    std::int64_t m_offset = 0;
    mutable std::mutex m_mutex = {};
};

// What readers and writers share.
namespace json_lines {
[[noreturn]] void fail(const std::string& what, const Path& file, int reason);
std::int64_t sizeOf(int descriptor, const Path& file);
/// Fewer bytes than `count` at the end of the file.
std::string readAt(int descriptor, const Path& file, std::int64_t offset, std::size_t count);
} // namespace json_lines

} // namespace espalier
