// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/SelectionModel.h"
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/settings/Settings.h"

#include <QDir>
#include <QTemporaryDir>

namespace espalier::test {

/// A workspace in a folder of its own, with the programs, methods and demo of this build.
struct AppFixture {
    AppFixture()
        : settings(folder.filePath(QStringLiteral("settings.ini")))
        , workspace(toPath(folder.filePath(QStringLiteral("workspace"))), installation())
    {
    }

    static Installation installation()
    {
        const Path build = toPath(qEnvironmentVariable("ESPALIER_TEST_BINARY_DIR"));
        return {.workerProgram = build / "bin" / "espalier-run",
                .demo = build / "share" / "espalier" / "demo",
                .plugins = {build / "lib" / "espalier" / "methods"}};
    }

    QTemporaryDir folder;
    Settings settings;
    Workspace workspace;
    SelectionModel selection;
    Navigator navigator;
    Context context{workspace, selection, settings, navigator};
};

} // namespace espalier::test
