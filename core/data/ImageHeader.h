// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <string_view>

namespace espalier {

enum class ImageForm { Png = 1, Jpeg, Ppm };

/// What an image file says about itself at its beginning.
struct ImageHeader {
    ImageForm form = ImageForm::Png;
    std::int64_t width = 0, height = 0; // pixels, 1 or more
    std::int64_t channels = 0;          // 1 to 4; of a PNG with a palette 3

    bool operator==(const ImageHeader&) const = default;
};

/// "png", "jpeg", "ppm"
ESPALIER_API std::string_view nameOf(ImageForm form);

/// Whether a file's name ends like an image's that can be read: .png, .jpg, .jpeg, .ppm, .pgm, in
/// small or capital letters.
ESPALIER_API bool isImageName(const Path& file);

/// Reads the header, not the pixels: PNG (W3C PNG, 11.2.2), JPEG (ITU-T T.81, B.2.2: the first
/// frame header) and binary PPM or PGM (P6, P5). At most the first MiB is looked at. Throws
/// NotFound, Io, Unsupported for other first bytes and Corrupt with what is wrong.
ESPALIER_API ImageHeader readImageHeader(const Path& file);
/// The same for the first bytes of a file.
ESPALIER_API ImageHeader imageHeaderOf(std::string_view bytes, const std::string& name);

} // namespace espalier
