// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/FolderSwap.h"

#include "core/base/Error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace espalier {

namespace {

std::string partialPrefix(const Path& target)
{
    return std::string(".").append(target.filename().string()).append(".partial-");
}

Path parentOf(const Path& target)
{
    return target.has_parent_path() ? target.parent_path() : Path(".");
}

/// The process that works under this name; 0 for other names.
int processIn(std::string_view name, std::string_view prefix)
{
    return name.starts_with(prefix) ? std::atoi(name.substr(prefix.size()).data()) : 0;
}

bool isDead(int process)
{
    return ::kill(process, 0) != 0 && errno == ESRCH;
}

Path withoutSlash(const Path& target)
{
    return target.has_filename() ? target : target.parent_path();
}

bool exchange(const Path& a, const Path& b)
{
    return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

[[noreturn]] void failRename(const Path& target)
{
    const int reason = errno;
    throw Error(ErrorCode::Io, "Cannot give the finished export its name " + target.string() +
                                   ": " + std::strerror(reason) + ".");
}

} // namespace

void removeUnfinished(const Path& target, int gone)
{
    const Path place = withoutSlash(target);
    const std::string prefix = partialPrefix(place);
    std::vector<Path> left;
    std::error_code ignored; // no such folder: nothing was left in it
    for (const auto& entry : std::filesystem::directory_iterator(parentOf(place), ignored)) {
        const int process = processIn(entry.path().filename().string(), prefix);
        if (process > 0 && (process == gone || isDead(process))) {
            left.push_back(entry.path());
        }
    }
    for (const Path& folder : left) {
        std::filesystem::remove_all(folder, ignored);
    }
}

FolderSwap::FolderSwap(const Path& target)
    : m_target(withoutSlash(target))
{
    makeFolder(parentOf(m_target));
    removeUnfinished(m_target);
    m_folder = parentOf(m_target) / (partialPrefix(m_target) + std::to_string(::getpid()));
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
    makeFolder(m_folder);
}

FolderSwap::~FolderSwap()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
}

void FolderSwap::commit()
{
    syncFolder(m_folder);
    // A plain rename takes the place of nothing and of an empty folder.
    if (::rename(m_folder.c_str(), m_target.c_str()) != 0) {
        if (errno != ENOTEMPTY && errno != EEXIST) {
            failRename(m_target);
        }
        if (!exchange(m_folder, m_target)) {
            // A file system without exchange: for a moment there is no folder under the final name.
            const Path old = m_folder.string() + "-old";
            if (::rename(m_target.c_str(), old.c_str()) != 0) {
                failRename(m_target);
            }
            if (::rename(m_folder.c_str(), m_target.c_str()) != 0) {
                ::rename(old.c_str(), m_target.c_str());
                failRename(m_target);
            }
            m_folder = old; // removed with this object
        }
    }
    syncFolder(parentOf(m_target));
}

} // namespace espalier
