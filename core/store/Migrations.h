// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <span>
#include <string>
#include <vector>

namespace espalier {

/// One file of core/store/migrations: what makes a store of `version` out of the one before it.
struct Migration {
    int version = 0;
    const char* sql = nullptr;
};

/// All of them, ascending from 1. Generated from the files.
ESPALIER_API std::span<const Migration> migrations();

enum class MigrationOutcome { AlreadyCurrent = 1, Created, Migrated };

struct MigrationResult {
    MigrationOutcome outcome = MigrationOutcome::AlreadyCurrent;
    int from = 0, to = 0;
    Path backup = {}; // the copy made before an existing store was changed
};

/// Brings the store to the newest of `steps`, each step in one transaction with its version number.
/// Throws Unsupported for a newer store (both versions), InvalidInput for a database of another
/// program.
ESPALIER_API MigrationResult migrate(Database& database,
                                     std::span<const Migration> steps = migrations());

/// The same checks without changing anything: for readers. An older store is refused as well.
void checkVersion(Database& database);

/// Quick leaves out that indices and tables agree.
enum class CheckDepth { Quick = 1, Thorough };

/// What SQLite's own check and the foreign keys have to say, a sentence each; empty: sound.
std::vector<std::string> damagesOf(Database& database, CheckDepth depth);

} // namespace espalier
