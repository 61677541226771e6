// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/method/Method.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A library that was looked at: loaded, or refused with a reason a person can act on.
struct PluginRecord {
    Path file = {};
    std::string id = {};     // the method's id once loaded; else the file's name
    std::string reason = {}; // empty: loaded
};

/// The methods found in the plugin folders. Libraries are opened RTLD_NOW | RTLD_LOCAL, their
/// plain-data entry is compared before any C++ call, and they are never unloaded.
class ESPALIER_API MethodCatalog {
public:
    /// Looks into each folder for *.so; a later folder does not replace a method of an earlier one.
    explicit MethodCatalog(const std::vector<Path>& folders);
    ~MethodCatalog();
    MethodCatalog(const MethodCatalog&) = delete;
    MethodCatalog& operator=(const MethodCatalog&) = delete;

    /// nullptr when there is none.
    const Method* find(std::string_view id) const;
    /// Throws NotFound with the nearest known id.
    const Method& require(std::string_view id) const;
    /// By id.
    std::vector<const Method*> methods() const;
    const std::vector<PluginRecord>& plugins() const;

private:
    struct Entries;
    std::unique_ptr<Entries> m_entries;
};

/// The folders in the order they are searched: `extra` (ESPALIER_PLUGIN_PATH, split by the caller),
/// beside the running program (build tree: ../lib/espalier/methods), the installed folder.
ESPALIER_API std::vector<Path> pluginFolders(const std::vector<Path>& extra);

} // namespace espalier
