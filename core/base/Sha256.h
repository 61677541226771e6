// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace espalier {

/// SHA-256, fed in pieces.
class ESPALIER_API Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(const void* data, std::size_t bytes);
    /// 64 lower-case hexadecimal digits; the object is spent afterwards.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

ESPALIER_API std::string sha256Of(std::string_view text);
/// Reads the file in pieces. Throws NotFound or Io.
ESPALIER_API std::string sha256OfFile(const Path& file);

} // namespace espalier
