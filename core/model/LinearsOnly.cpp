// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/LinearsOnly.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/CausalLM.h"
#include "core/model/ConfigReader.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <map>
#include <optional>
#include <set>

namespace espalier {

namespace {

constexpr std::string_view kWeight = ".weight";

/// "model.layers.3.mlp.up.weight" -> {"model.layers", 3, "mlp.up.weight"}, by its first number.
struct BlockName {
    std::string prefix = {};
    std::int64_t number = 0;
    std::string rest = {};
};

std::optional<BlockName> blockNameOf(const std::string& name)
{
    std::size_t begin = 0;
    while (begin < name.size()) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        constexpr std::size_t kMostDigits = 6;
        const bool isNumber = !part.empty() && part.size() <= kMostDigits &&
                              std::ranges::all_of(part, [](unsigned char character) {
                                  return std::isdigit(character) != 0;
                              });
        if (isNumber && begin > 0 && end < name.size()) {
            return BlockName{name.substr(0, begin - 1), std::stoll(part), name.substr(end + 1)};
        }
        begin = end + 1;
    }
    return std::nullopt;
}

bool isLinear(const TensorInfo& info)
{
    constexpr std::array<std::string_view, 6> kOthers{"norm", "emb", "bias", "ln_", "pos", "wte"};
    const std::optional<BlockName> name = blockNameOf(info.name);
    if (!name || info.shape.size() != 2 || !c10::isFloatingType(info.dtype) ||
        !info.name.ends_with(kWeight) || info.shape[0] < 2 || info.shape[1] < 2) {
        return false;
    }
    std::string rest = name->rest;
    std::ranges::transform(rest, rest.begin(), [](unsigned char character) {
        return static_cast<char>(std::tolower(character));
    });
    return std::ranges::none_of(
        kOthers, [&](std::string_view word) { return rest.find(word) != std::string::npos; });
}

/// The linears of one block and whatever else carries its number.
class UnknownBlock : public Block {
public:
    using Block::forward;

    explicit UnknownBlock(std::string architecture)
        : m_architecture(std::move(architecture))
    {
    }

    void addLinear(std::int64_t index, const std::string& name)
    {
        const std::string rest = blockNameOf(name)->rest;
        m_linears.emplace_back("blocks." + std::to_string(index) + "." +
                                   rest.substr(0, rest.size() - kWeight.size()),
                               Tensor());
        m_names.push_back(name);
    }

    void addOther(const std::string& name) { m_others.emplace_back(name, Tensor()); }

    Tensor forward(const Tensor&, const BlockCall&) override
    {
        throw Error(ErrorCode::Unsupported,
                    "The architecture " + m_architecture +
                        " is not known, so nothing can be computed with it.");
    }

    std::vector<Linear*> linears() override
    {
        std::vector<Linear*> all;
        for (Linear& linear : m_linears) {
            all.push_back(&linear);
        }
        return all;
    }

    /// Who shares an input with whom is not known: each stands alone.
    std::vector<std::vector<Linear*>> inputGroups() override
    {
        std::vector<std::vector<Linear*>> groups;
        for (Linear& linear : m_linears) {
            groups.push_back({&linear});
        }
        return groups;
    }

    std::vector<NamedTensor> tensors(std::int64_t) const override
    {
        std::vector<NamedTensor> all;
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            all.emplace_back(m_names[i], m_linears[i].weight());
        }
        all.insert(all.end(), m_others.begin(), m_others.end());
        return all;
    }

    bool isLoaded() const override { return m_loaded; }

    void load(const WeightSource& source, std::int64_t, const at::TensorOptions& options) override
    {
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            m_linears[i].setWeight(source.read(m_names[i]).to(options));
        }
        for (auto& [name, tensor] : m_others) {
            tensor = source.read(name);
        }
        m_loaded = true;
    }

    void release() override
    {
        m_loaded = false;
        for (Linear& linear : m_linears) {
            linear.release();
        }
        for (auto& [name, tensor] : m_others) {
            tensor = Tensor();
        }
    }

private:
    std::string m_architecture;
    std::deque<Linear> m_linears;
    std::vector<std::string> m_names;
    std::vector<NamedTensor> m_others;
    bool m_loaded = false;
};

} // namespace

ModelConfig inspectUnknown(const Path& folder, const Json& config)
{
    const Path file = folder / "config.json";
    const ConfigReader reader(config, file);
    std::optional<Checkpoint> weights;
    try {
        weights.emplace(Checkpoint::open(folder));
    } catch (const Error& error) {
        if (error.code() == ErrorCode::NotFound) {
            familyFor(config, file); // throws: what is known
        }
        throw;
    }
    ModelConfig c{.family = reader.text("model_type", "unknown"),
                  .kind = ModelKind::LinearsOnly,
                  .layersKey = ""}; // which key that is, is not known either
    const Json names = config.value("architectures", Json::array());
    c.architecture = names.is_array() && !names.empty() && names[0].is_string()
                         ? names[0].get<std::string>()
                         : c.family;
    c.storedType = reader.storedType();
    c.raw = config;
    std::set<std::pair<std::string, std::int64_t>> blocks;
    for (const TensorInfo& info : weights->tensors()) {
        c.countedParameters += info.elements();
        if (isLinear(info)) {
            const BlockName name = *blockNameOf(info.name);
            blocks.insert({name.prefix, name.number});
        }
    }
    if (blocks.empty()) {
        familyFor(config, file);
    }
    c.layers = static_cast<std::int64_t>(blocks.size());
    return c;
}

std::unique_ptr<LinearsOnly> LinearsOnly::open(const Path& folder, const LoadOptions& options)
{
    ModelConfig config = readModelConfig(folder);
    auto source = std::make_shared<WeightSource>(Checkpoint::open(folder));
    auto model = std::make_unique<LinearsOnly>(std::move(config), std::move(source), options);
    model->loadResident();
    return model;
}

LinearsOnly::LinearsOnly(ModelConfig config, std::shared_ptr<WeightSource> source,
                         const LoadOptions& options)
    : Transformer(std::move(config), std::move(source), options)
{
    if (!options.keepBlocks.empty()) {
        throw Error(ErrorCode::Unsupported,
                    "The architecture " + m_config.architecture +
                        " is not known, so no blocks of it can be left out.");
    }
    using Key = std::pair<std::string, std::int64_t>;
    std::map<Key, std::vector<const TensorInfo*>> blocks;
    for (const TensorInfo& info : m_source->base().tensors()) {
        if (isLinear(info)) {
            const BlockName name = *blockNameOf(info.name);
            blocks[{name.prefix, name.number}].push_back(&info);
        }
    }
    std::map<Key, UnknownBlock*> made;
    for (const auto& [key, linears] : blocks) {
        const auto index = static_cast<std::int64_t>(m_blocks.size());
        auto block = std::make_unique<UnknownBlock>(m_config.architecture);
        for (const TensorInfo* info : linears) {
            block->addLinear(index, info->name);
        }
        made[key] = block.get();
        m_blocks.push_back(std::move(block));
    }
    for (const TensorInfo& info : m_source->base().tensors()) {
        if (isLinear(info)) {
            continue;
        }
        const std::optional<BlockName> name = blockNameOf(info.name);
        const auto block = name ? made.find({name->prefix, name->number}) : made.end();
        if (block != made.end()) {
            block->second->addOther(info.name);
        } else {
            m_outer.push_back(info.name);
        }
    }
}

std::vector<NamedTensor> LinearsOnly::outerTensors() const
{
    std::vector<NamedTensor> all;
    for (const std::string& name : m_outer) {
        all.emplace_back(name, m_source->read(name));
    }
    return all;
}

at::ScalarType LinearsOnly::storedType(const std::string& name) const
{
    return m_source->base().find(name)->dtype;
}

} // namespace espalier
