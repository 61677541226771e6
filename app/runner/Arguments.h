// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::cli {

/// Wrong use of the command line: exit code 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One option a verb knows. `-` and `_` in names are alike.
struct OptionSpec {
    std::string name = {};  // without the leading dashes
    std::string value = {}; // "DIR"; empty: a flag, or with a fallback a yes-or-no parameter
    std::string help = {};
    bool repeats = false;
    std::string fallback = {}; // what holds without it; empty: nothing, or it is required
};

/// What stands behind the verb. `--name value`, `--name=value`, flags, yes-or-no parameters with
/// or without true or false behind them, and everything else as positionals.
class Arguments {
public:
    /// Throws UsageError for unknown options (with the nearest known one), missing values and
    /// repeated ones.
    static Arguments parse(const std::vector<std::string>& words,
                           const std::vector<OptionSpec>& known);

    bool has(std::string_view name) const;
    std::optional<std::string> value(std::string_view name) const;
    std::string valueOr(std::string_view name, std::string fallback) const;
    std::vector<std::string> values(std::string_view name) const;
    /// Throws UsageError when the text is no whole number from `min` to `max`.
    std::int64_t number(std::string_view name, std::int64_t fallback, std::int64_t min = 0,
                        std::int64_t max = INT64_MAX) const;
    double real(std::string_view name, double fallback) const;
    /// Throws UsageError that says the option is missing.
    std::string required(std::string_view name) const;

    const std::vector<std::string>& positionals() const { return m_positionals; }

    std::string positional(std::size_t index, std::string_view what) const;

private:
    std::map<std::string, std::vector<std::string>, std::less<>> m_options;
    std::vector<std::string> m_positionals;
};

/// "  --length N            tokens per window (default 64)" for each.
std::string helpLines(const std::vector<OptionSpec>& options);

} // namespace espalier::cli
