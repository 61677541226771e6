// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/TokenFile.h"

#include "core/base/Error.h"
#include "core/data/CompressedFile.h"

#include <bit>
#include <cstring>

namespace espalier {

static_assert(std::endian::native == std::endian::little,
              "token files are read as they lie on disk");

std::vector<std::int32_t> readTokenFile(const Path& file)
{
    const std::string content = readUnpacked(file);
    if (content.empty() || content.size() % sizeof(std::int32_t) != 0) {
        throw Error(ErrorCode::InvalidInput, file.string() + " has " +
                                                 std::to_string(content.size()) +
                                                 " bytes; token ids are little-endian int32, so it "
                                                 "must be a multiple of 4 and more than 0.");
    }
    std::vector<std::int32_t> tokens(content.size() / sizeof(std::int32_t));
    std::memcpy(tokens.data(), content.data(), content.size());
    return tokens;
}

} // namespace espalier
