// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compress/Layerwise.h"
#include "core/compress/OutputError.h"

#include <memory>
#include <vector>

namespace espalier {

/// Linears of one input with what was gathered from it.
struct InputGroup {
    std::vector<Linear*> linears = {};
    std::unique_ptr<GroupStatistic> statistic = {};
    InputSample sample;
};

/// While it lives, the groups' statistics and samples are given what the linears see; it takes the
/// observers off again, also when the run is stopped in the middle.
class Observation {
public:
    explicit Observation(std::vector<InputGroup>& groups);
    ~Observation();
    Observation(const Observation&) = delete;
    Observation& operator=(const Observation&) = delete;

private:
    std::vector<InputGroup>& m_groups;
};

} // namespace espalier
