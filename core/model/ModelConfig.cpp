// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ModelConfig.h"

#include "core/base/Error.h"
#include "core/model/CausalLM.h"

namespace espalier {

ModelConfig readModelConfig(const Path& folder)
{
    const Path file = folder / "config.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        throw Error(ErrorCode::NotFound, "There is no config.json in " + folder.string() +
                                             ": this is not a model folder. Name the folder "
                                             "that holds config.json and the weights.");
    }
    const Json config = parseJson(readFile(file), file.string());
    return familyFor(config, file).readConfig(config, file);
}

std::int64_t parameterCount(const ModelConfig& config)
{
    const std::int64_t queries = config.heads * config.headDim;
    const std::int64_t keys = config.keyValueHeads * config.headDim;
    const std::int64_t hidden = config.hiddenSize;
    std::int64_t block =
        hidden * (2 * queries + 2 * keys) + 3 * hidden * config.intermediateSize + 2 * hidden;
    block += config.attentionBias ? queries + 2 * keys + hidden : 0;
    block += config.mlpBias ? 2 * config.intermediateSize + hidden : 0;
    const std::int64_t vocabulary = config.vocabSize * hidden * (config.tiedEmbeddings ? 1 : 2);
    return config.layers * block + vocabulary + hidden;
}

} // namespace espalier
