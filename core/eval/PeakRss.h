// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// Peak resident memory of a part of a measured stretch: the stretch's own peak is not lost by it.
class PeakRssScope {
public:
    PeakRssScope();
    ~PeakRssScope();
    PeakRssScope(const PeakRssScope&) = delete;
    PeakRssScope& operator=(const PeakRssScope&) = delete;

    std::int64_t peakBytes() const;

private:
    std::int64_t m_outer;
};

} // namespace espalier
