// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunSpec.h"

#include <map>

namespace espalier {

/// One run of a recipe.
struct StudyMember {
    RunSpec spec = {};
    /// Unique in the recipe; `after: name` and `model: run:name` refer to it. A grid and several
    /// seeds add their values: wanda-0.5-seed1.
    std::string name = {};
    /// Names of members before this one that must have succeeded first. `spec.model` and
    /// `spec.teacher` keep `run:NAME` as it is written: see resolved().
    std::vector<std::string> afterNames = {};

    bool operator==(const StudyMember&) const = default;
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
///       - name: recovered
///         method: distill-logits
///         model: run:wanda-0.5-seed0
///         after: [wanda]             # every run that the member `wanda` stands for
///         evaluations: [speed, "perplexity:text:stories.txt", { kind: divergence, data: { source:
///         ... } }]
///
/// Keys are those of a run spec, and name, grid and seeds. A recipe with `method` at its top level
/// is a single run. `defaults` are merged into every run; a run's own keys win.
struct Recipe {
    std::string title = {};
    std::string experiment = {}; // of the study
    std::vector<StudyMember> members =
        {}; // grid and seeds multiplied out, in the order of the file
    bool isStudy = false;
};

/// `overrides`: {"params.sparsity", "0.3"}, {"seed", "3"} and so on, from --set, applied to every
/// member. Relative paths are relative to `folder`. Throws InvalidInput with the line and key of
/// what is wrong and the nearest known key.
ESPALIER_API Recipe
parseRecipe(std::string_view yaml, std::string_view source, const Path& folder,
            const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// The member's spec with names replaced by the ids those members got. Members only refer to
/// members before them, so submitting in order always finds them; throws Internal otherwise.
ESPALIER_API RunSpec resolved(const StudyMember& member, const std::map<std::string, RunId>& ids);

/// YAML that parseRecipe reads back to the same spec.
ESPALIER_API std::string recipeText(const RunSpec& spec);

} // namespace espalier
