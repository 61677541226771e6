// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/model/ModelConfig.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

struct Bounds {
    double least = 0, most = 0;
};

/// Typed keys of config.json; every refusal is InvalidInput and shows file, key and value.
class ConfigReader {
public:
    ConfigReader(const Json& object, const Path& source);

    /// Present and not null.
    bool has(const std::string& key) const;
    /// Without `fallback` the key must be there.
    std::int64_t integer(const std::string& key, Bounds bounds,
                         std::optional<std::int64_t> fallback = {}) const;
    double real(const std::string& key, Bounds bounds, std::optional<double> fallback = {}) const;
    bool flag(const std::string& key, bool fallback) const;
    std::string text(const std::string& key, const std::string& fallback) const;
    /// A list with an entry for each block, `no` or `yes`; nothing when absent.
    std::optional<std::vector<bool>> byBlock(const std::string& key, std::int64_t blocks,
                                             const Json& no, const Json& yes) const;
    /// Present and null: what some keys mean by it differs from their default.
    bool isNull(const std::string& key) const;
    /// A token id or a list of them; empty when absent.
    std::vector<std::int64_t> tokens(const std::string& key) const;
    /// "torch_dtype" (Transformers 4) or "dtype" (5).
    NumberType storedType() const;
    /// "rope_parameters" (5) or "rope_scaling" and "rope_theta" (4).
    void readRope(ModelConfig& config) const;

    [[noreturn]] void refuse(const std::string& key, const std::string& expectation) const;

private:
    const Json& at(const std::string& key) const;
    void readRopeScaling(RopeScaling& scaling) const;

    const Json& m_object;
    Path m_source;
};

} // namespace espalier
