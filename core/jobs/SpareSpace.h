// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

namespace espalier {

/// A little of the disk that a run keeps to itself while it works. When the disk is full it is
/// given back, so that the journal can still say how the run ended and why, and the rows follow.
/// Where it cannot be had the run goes on without.
class SpareSpace {
public:
    explicit SpareSpace(const Path& runFolder);
    ~SpareSpace();
    SpareSpace(const SpareSpace&) = delete;
    SpareSpace& operator=(const SpareSpace&) = delete;

    void giveBack();

    /// Of a worker that was killed.
    static void removeFrom(const Path& runFolder);

private:
    Path m_runFolder;
};

} // namespace espalier
