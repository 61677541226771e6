// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier {

enum class ErrorCode {
    InvalidInput = 1,
    NotFound,
    Unsupported,
    Corrupt,
    Io,
    OutOfMemory,
    Numeric,
    Internal
};

/// Stable names, as written to journals and JSON: "invalid-input", "not-found", ...
ESPALIER_API std::string_view nameOf(ErrorCode code);
/// Internal for a name nobody knows.
ESPALIER_API ErrorCode errorCodeFromName(std::string_view name);

/// Ends the current run. Caught in RunWorker and in the two main() functions, nowhere else.
class ESPALIER_API Error : public std::runtime_error {
public:
    /// `message`: a full sentence that says what, where, and what to do.
    Error(ErrorCode code, const std::string& message);
    ~Error() override;

    ErrorCode code() const noexcept { return m_code; }

private:
    ErrorCode m_code;
};

/// Unwinds a run that was asked to stop, pause or leave. Not an std::exception, so no handler
/// swallows it.
struct ESPALIER_API Cancelled {};

/// An error once it has to be stored or shown.
struct Failure {
    ErrorCode code = ErrorCode::Internal;
    std::string message =
        {}; // both values in a full sentence: "shape [4, 8] in the file, [4, 16] in config.json"
    std::string during = {}; // the progress label at that moment: "Compressing block 3/24"

    bool operator==(const Failure&) const = default;
};

} // namespace espalier
