// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <string>
#include <vector>

namespace espalier {

/// A model folder somebody added to a workspace: one entry of models.yaml.
struct ListedModel {
    std::string name = {};
    Path folder = {};

    bool operator==(const ListedModel&) const = default;
};

/// In the order of the file; empty when there is none yet. Throws Corrupt with the line.
ESPALIER_API std::vector<ListedModel> listedModels(const Path& file);

/// Adds or, by name, replaces an entry; the file is replaced atomically.
ESPALIER_API void addModel(const Path& file, const ListedModel& model);
/// The list forgets it; its files are not touched.
ESPALIER_API void removeModel(const Path& file, std::string_view name);

} // namespace espalier
