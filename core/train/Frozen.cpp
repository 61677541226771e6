// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Frozen.h"

#include "core/method/RunContext.h"

#include <ATen/ATen.h>

namespace espalier {

bool matches(std::string_view name, std::string_view pattern)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
        return name == pattern;
    }
    if (!name.starts_with(pattern.substr(0, star))) {
        return false;
    }
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t begin = star; begin <= name.size(); ++begin) {
        if (matches(name.substr(begin), rest)) {
            return true;
        }
    }
    return false;
}

std::vector<at::Tensor> trainedOf(RunContext& run, const std::vector<std::string>& freeze)
{
    std::vector<at::Tensor> trained;
    std::vector<bool> used(freeze.size(), false);
    std::string example;
    std::int64_t frozen = 0;
    for (const auto& [name, tensor] : run.transformer().namedParameters()) {
        bool isFrozen = false;
        for (std::size_t i = 0; i < freeze.size(); ++i) {
            if (matches(name, freeze[i])) {
                used[i] = isFrozen = true;
            }
        }
        example = name;
        frozen += isFrozen ? tensor.numel() : 0;
        if (!isFrozen) {
            trained.push_back(tensor);
        }
    }
    for (std::size_t i = 0; i < freeze.size(); ++i) {
        if (!used[i]) {
            throw Error(ErrorCode::InvalidInput,
                        "\"" + freeze[i] +
                            "\" is to be frozen and no parameter has such a name. Names are those "
                            "in the model's file, such as " +
                            example + "; * stands for anything.");
        }
    }
    if (trained.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    "All parameters are frozen, so there is nothing to train.");
    }
    if (frozen > 0) {
        run.info(std::to_string(frozen) + " numbers of the model are frozen and stay as they are.");
    }
    return trained;
}

} // namespace espalier
