// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/run/MetricPoint.h"
#include "core/run/RunRecord.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace espalier {

/// The newest value of a series, for tables.
struct LastValue {
    RunId run = RunId::None;
    std::string name = {};
    std::string unit = {};
    double value = 0.0;
};

/// Read-only connection to a workspace's database; one per reading thread. Works while a writer is
/// at work, and on a read-only folder.
class ESPALIER_API StoreReader {
public:
    /// Throws NotFound (no database there), Unsupported (newer store, with both versions), Corrupt.
    explicit StoreReader(const Path& workspace);
    ~StoreReader();
    StoreReader(StoreReader&&) noexcept;
    StoreReader& operator=(StoreReader&&) noexcept;

    /// The folder it was opened with, absolute.
    const Path& workspace() const;
    /// Newest first; an empty experiment means all.
    std::vector<RunRecord> runs(std::string_view experiment = {}) const;
    std::optional<RunRecord> run(RunId id) const;
    std::vector<RunRecord> members(RunId study) const;
    /// In ascending steps; empty when there is none.
    std::vector<MetricPoint> series(RunId run, std::string_view name) const;
    /// Every series whose name starts with `prefix`, by name.
    std::vector<MetricSeries> seriesUnder(RunId run, std::string_view prefix) const;
    /// The newest value of every series under `prefix`, for all of `runs`, in one query.
    std::vector<LastValue> lastValues(const std::vector<RunId>& runs,
                                      std::string_view prefix) const;
    std::vector<RunEvent> events(RunId run, std::size_t newest = 1000) const;
    /// A number that changes whenever anything in the database changed.
    std::int64_t changeCounter() const;

private:
    struct Connection;
    std::unique_ptr<Connection> m_connection;
};

} // namespace espalier
