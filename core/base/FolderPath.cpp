// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/FolderPath.h"

namespace espalier {

Path absoluteFolder(const Path& folder)
{
    Path path = std::filesystem::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

std::string folderName(const Path& folder)
{
    return folder.empty() ? std::string() : absoluteFolder(folder).filename().string();
}

} // namespace espalier
