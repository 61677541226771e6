// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/model/ModelConfig.h"
#include "core/store/ExperimentStore.h"

#include <QList>
#include <QString>

namespace espalier {

/// A model the workspace knows, with what its config.json says.
struct ModelEntry {
    QString name;
    std::string spec = {}; // as a run spec names it: the folder, or run:41
    Path folder = {};
    ModelConfig config = {};
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;
    bool isBundled = false;
    QString reason = {}; // why it cannot be used; empty: it can

    bool isUsable() const { return reason.isEmpty(); }

    /// "llama family, 24 blocks, 303.4 M parameters".
    QString summary() const;
};

class MethodCatalog;
class StoreReader;

/// The bundled model first, then the list of the workspace. Reads files: not on the GUI thread.
QList<ModelEntry> readModels(const WorkspaceLayout& layout, const Path& demo);

/// Those, and the models that finished runs exported, newest first.
QList<ModelEntry> readModelChoices(const StoreReader& store, const WorkspaceLayout& layout,
                                   const Path& demo, const MethodCatalog& methods);

/// "260 032", "303.4 M".
QString parameterText(std::int64_t count);

} // namespace espalier
