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

bool isOfDeadProcess(std::string_view name, std::string_view prefix)
{
    if (name.substr(0, prefix.size()) != prefix) {
        return false;
    }
    const int process = std::atoi(name.substr(prefix.size()).data());
    return process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
}

void removeLeftovers(const Path& target)
{
    const std::string prefix = partialPrefix(target);
    std::vector<Path> dead;
    for (const auto& entry : std::filesystem::directory_iterator(parentOf(target))) {
        if (isOfDeadProcess(entry.path().filename().string(), prefix)) {
            dead.push_back(entry.path());
        }
    }
    std::error_code ignored;
    for (const Path& folder : dead) {
        std::filesystem::remove_all(folder, ignored);
    }
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

FolderSwap::FolderSwap(const Path& target)
    : m_target(target.has_filename() ? target : target.parent_path())
{
    makeFolder(parentOf(m_target));
    removeLeftovers(m_target);
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
