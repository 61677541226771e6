// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufPath.h"

#include "core/base/Error.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace espalier {

namespace {

constexpr const char* kExtension = ".gguf";

} // namespace

std::optional<Path> ggufFileOf(const Path& model)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(model, ignored)) {
        if (model.extension() != kExtension) {
            return std::nullopt;
        }
        if (!std::filesystem::exists(model, ignored)) {
            throw Error(ErrorCode::NotFound, "There is no file " + model.string() + ".");
        }
        return model;
    }
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(model, ignored)) {
        const Path extension = entry.path().extension();
        if (extension == ".safetensors" || entry.path().filename() == "config.json") {
            return std::nullopt;
        }
        if (extension == kExtension) {
            files.push_back(entry.path());
        }
    }
    if (files.size() > 1) {
        std::ranges::sort(files);
        throw Error(ErrorCode::InvalidInput, "The folder " + model.string() + " holds " +
                                                 std::to_string(files.size()) +
                                                 " GGUF files. Name one of them, for example " +
                                                 files.front().string() + ".");
    }
    return files.empty() ? std::nullopt : std::optional(files.front());
}

} // namespace espalier
