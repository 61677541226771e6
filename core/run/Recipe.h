// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunSpec.h"

namespace espalier {

/// A grid and seeds over one spec: key (as in --set: "params.sparsity", "method", "calibration.windows") to values.
struct StudyMember {
    RunSpec spec = {};
    std::string name = {}; // unique in the recipe; `after: name` and `model: run:name` refer to it
};

/// A recipe file: one run, or a study of many. YAML; JSON is YAML.
///
///     title: Halve the stories model
///     defaults: { model: ..., calibration: { source: ..., length: 256, windows: 32 }, threads: 2 }
///     runs:
///       - name: wanda
///         method: prune-wanda
///         params: { pattern: unstructured }
///         grid: { params.sparsity: [0.3, 0.5, 0.7] }
///         seeds: [0, 1, 2]
///
/// A recipe with `method` at its top level is a single run.
struct Recipe {
    std::string title = {};
    std::vector<StudyMember> members = {}; // grid and seeds multiplied out, in the order of the file
    bool isStudy = false;
};

/// `overrides`: {"seed", "3"} and so on, from --set, applied to every member. Relative paths are relative to
/// `folder`. Throws InvalidInput with the line and key of what is wrong and the nearest known key.
ESPALIER_API Recipe parseRecipe(std::string_view yaml, std::string_view source, const Path& folder,
    const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// YAML that parseRecipe reads back to the same spec.
ESPALIER_API std::string recipeText(const RunSpec& spec);

} // namespace espalier
