// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/SpareSpace.h"

#include <fcntl.h>
#include <unistd.h>

namespace espalier {

namespace {

constexpr off_t kBytes = 262144; // the last lines of a journal, and the database's pages for them

Path fileIn(const Path& runFolder)
{
    return runFolder / "spare";
}

} // namespace

SpareSpace::SpareSpace(const Path& runFolder)
    : m_runFolder(runFolder)
{
    const int file = ::open(fileIn(runFolder).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) {
        return;
    }
    const bool had = ::posix_fallocate(file, 0, kBytes) == 0;
    ::close(file);
    if (!had) {
        giveBack();
    }
}

SpareSpace::~SpareSpace()
{
    giveBack();
}

void SpareSpace::giveBack()
{
    removeFrom(m_runFolder);
}

void SpareSpace::removeFrom(const Path& runFolder)
{
    std::error_code ignored;
    std::filesystem::remove(fileIn(runFolder), ignored);
}

} // namespace espalier
