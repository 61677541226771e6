// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/TensorShape.h"

namespace espalier {

std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (const std::int64_t size : shape) {
        text += text.size() > 1 ? ", " : "";
        text += std::to_string(size);
    }
    return text + "]";
}

} // namespace espalier
