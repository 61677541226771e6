// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ModelConfig.h"
#include "core/params/Params.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

struct MethodInfo {
    std::string id = {};      // folder and library name: "prune-wanda"
    std::string title = {};   // "Wanda"
    std::string summary = {}; // one line: what it does
    std::string authors = {}; // "Sun, Liu, Bair, Kolter"
    std::string paper = {};   // full citation
    std::string bibtex = {};
    std::int64_t year = 0;
    std::int64_t version = 1; // goes up when the same parameters would give different weights
};

enum class Need { No = 1, Optional, Required };

struct Needs {
    Need calibration = Need::No;
    Need teacher = Need::No;
    bool gradients = false;
    std::vector<ModelKind> kinds = {ModelKind::CausalLM}; // of the models it can work on
};

/// One line of what the user may expect here, shown before the run.
struct ExpectationLine {
    enum class Kind { Speed = 1, Size, Loads, Quality, Licence };
    enum class Tone { Good = 1, Caution, Neutral };
    Kind kind = Kind::Speed;
    Tone tone = Tone::Neutral;
    std::string headline = {}; // "No speed-up expected on this machine"
    std::string detail = {};
};

using Expectation = std::vector<ExpectationLine>;

} // namespace espalier
