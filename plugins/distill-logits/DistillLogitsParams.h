// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/TrainParams.h"
#include "plugins/distill-logits/LossParams.h"

#include <string>
#include <vector>

namespace espalier {

struct DistillLogitsParams : TrainParams {
    std::string blocks = {};
    LossParams loss = {};
};

void fields(auto& field, DistillLogitsParams& p)
{
    field(
        p.blocks,
        {.key = "blocks",
         .label = "Student's blocks",
         .help =
             "Makes the student of these blocks of a copy of the teacher: even, first:3, last:3 or "
             "0,2,4; empty: the student is the model itself.",
         .group = "Student"});
    keepZerosField(field, p);
    stepFields(field, p);
    lossFields(field, p.loss);
    optimiserFields(field, p);
    upkeepFields(field, p);
}

/// What fields cannot say by themselves because it concerns two of them.
inline std::vector<ParamIssue> issuesOf(const DistillLogitsParams& p)
{
    std::vector<ParamIssue> found = issuesOf(p.loss);
    const std::vector<ParamIssue> more = issuesOf(static_cast<const TrainParams&>(p));
    found.insert(found.end(), more.begin(), more.end());
    return found;
}

} // namespace espalier
