// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

namespace espalier {

/// A folder under construction beside `target`: gone with the object unless commit() gave it the
/// final name.
class ESPALIER_API FolderSwap {
public:
    /// Removes what killed processes left there under such names.
    explicit FolderSwap(const Path& target);
    ~FolderSwap();
    FolderSwap(const FolderSwap&) = delete;
    FolderSwap& operator=(const FolderSwap&) = delete;

    const Path& folder() const { return m_folder; }

    /// Exchanges the folder with `target` in one step and deletes what stood there before.
    void commit();

private:
    Path m_target, m_folder;
};

/// Removes what processes that are gone left under construction beside `target`. `gone`: a process
/// that is known to be, although its number may belong to another one by now.
ESPALIER_API void removeUnfinished(const Path& target, int gone = 0);

} // namespace espalier
