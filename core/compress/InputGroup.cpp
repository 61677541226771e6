// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/InputGroup.h"

namespace espalier {

Observation::Observation(std::vector<InputGroup>& groups)
    : m_groups(groups)
{
    for (InputGroup& group : m_groups) {
        group.linears.front()->observe([&group](const Tensor& X) {
            if (group.statistic) {
                group.statistic->add(X);
            }
            group.sample.add(X);
        });
    }
}

Observation::~Observation()
{
    for (InputGroup& group : m_groups) {
        group.linears.front()->observe({});
    }
}

} // namespace espalier
