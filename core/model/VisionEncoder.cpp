// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/VisionEncoder.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"

#include <ATen/ATen.h>

namespace espalier {

std::unique_ptr<VisionEncoder> VisionEncoder::open(const Path& folder, const LoadOptions& options)
{
    ModelConfig config = readModelConfig(folder);
    const Family& family = familyFor(config.raw, folder / "config.json");
    if (family.createVision == nullptr) {
        throw Error(ErrorCode::Unsupported, folder.string() + " holds a " + family.architecture +
                                                ", which is no encoder of images. Choose a ViT or "
                                                "a CLIP vision model.");
    }
    auto source = std::make_shared<WeightSource>(Checkpoint::open(folder));
    std::unique_ptr<VisionEncoder> model =
        family.createVision(std::move(config), std::move(source), options);
    model->loadResident();
    return model;
}

Tensor VisionEncoder::hiddenStates(const Tensor& pixels)
{
    Tensor hidden = embed(pixels);
    for (std::int64_t i = 0; i < blocks(); ++i) {
        const Lease block = lease(i);
        prefetch(i + 1);
        hidden = block->forward(hidden, BlockCall{.index = i});
    }
    return hidden;
}

} // namespace espalier
