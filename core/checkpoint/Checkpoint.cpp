// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/GgufPath.h"
#include "core/checkpoint/GgufTensors.h"
#include "core/checkpoint/SafetensorsFile.h"

#include <algorithm>
#include <map>

namespace espalier {

namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

using WeightMap = std::map<std::string, std::string>; // tensor -> shard

WeightMap readIndex(const Path& file)
{
    const Json index = parseJson(readFile(file), file.string());
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object() ||
        index["weight_map"].empty()) {
        throw Error(ErrorCode::Corrupt,
                    file.string() + " has no weight_map that lists tensors and their shards.");
    }
    WeightMap map;
    for (const auto& [name, shard] : index["weight_map"].items()) {
        if (!shard.is_string() ||
            Path(shard.get<std::string>()).filename() != shard.get<std::string>() ||
            shard.get<std::string>().empty()) {
            throw Error(ErrorCode::Corrupt, file.string() + " places " + name + " in " +
                                                compactText(shard) +
                                                ", which is not the name of a file beside it.");
        }
        map[name] = shard.get<std::string>();
    }
    return map;
}

bool isPickle(const Path& file)
{
    const std::string extension = file.extension().string();
    return extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".ckpt";
}

[[noreturn]] void failWithPickle(const Path& folder, const Path& pickle)
{
    // Torch's own loader, told to take nothing but tensors, and safetensors' writer.
    // Others of the extension, training_args.bin for one, are no weights.
    const bool isUsual = pickle.filename().string().starts_with("pytorch_model");
    const std::string pattern =
        folder.string() + (isUsual ? "/pytorch_model*" : "/*") + pickle.extension().string();
    const std::string command =
        "python -c \"import glob, torch, safetensors.torch as s; w = {}; "
        "[w.update(torch.load(f, map_location='cpu', weights_only=True)) for f in "
        "sorted(glob.glob('" +
        pattern +
        "'))]; s.save_file({k: v.detach().clone().contiguous() for k, v in w.items()}, '" +
        folder.string() + "/" + kSingle + "', {'format': 'pt'})\"";
    throw Error(ErrorCode::Unsupported,
                folder.string() + " holds only pickle files (" + pickle.filename().string() +
                    "), which can run programs when they are opened and are never read. Convert "
                    "the weights with Python, where torch and safetensors are installed:\n\n    " +
                    command +
                    "\n\nor with save_pretrained of transformers, and open the folder again.");
}

[[noreturn]] void failWithoutSafetensors(const Path& folder)
{
    std::error_code reason;
    if (!std::filesystem::is_directory(folder, reason)) {
        throw Error(ErrorCode::NotFound, "There is no model folder " + folder.string() + ".");
    }
    std::vector<Path> pickles;
    for (const auto& entry : std::filesystem::directory_iterator(folder, reason)) {
        if (isPickle(entry.path())) {
            pickles.push_back(entry.path());
        }
    }
    if (!pickles.empty()) {
        failWithPickle(folder, *std::ranges::min_element(pickles));
    }
    throw Error(ErrorCode::NotFound, "There is neither " + std::string(kSingle) + " nor " + kIndex +
                                         " in " + folder.string() +
                                         ". Copy the weights beside config.json.");
}

std::unique_ptr<const TensorSource> openSource(const Path& file)
{
    if (ggufFileOf(file)) {
        return std::make_unique<GgufTensors>(file);
    }
    return std::make_unique<SafetensorsFile>(file);
}

} // namespace

struct Checkpoint::Shards {
    /// A base model ("LlamaModel") is stored without the prefix that the whole model has.
    void addBasePrefix()
    {
        constexpr const char* kPrefix = "model.";
        const bool isBase = byName.contains("embed_tokens.weight") &&
                            byName.contains("layers.0.input_layernorm.weight");
        if (!isBase) {
            return;
        }
        byName.clear();
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            tensors[i].name = kPrefix + tensors[i].name;
            byName.emplace(tensors[i].name, i);
        }
    }

    std::vector<std::unique_ptr<const TensorSource>> files;
    std::vector<Path> paths;
    std::vector<TensorInfo> tensors;
    std::map<std::string, std::size_t, std::less<>> byName; // -> tensors

    void add(const Path& path)
    {
        files.push_back(openSource(path));
        paths.push_back(path);
        for (TensorInfo info : files.back()->tensors()) {
            info.shard = files.size() - 1;
            const auto [found, isNew] = byName.emplace(info.name, tensors.size());
            if (!isNew) {
                throw Error(ErrorCode::Corrupt, "The tensor " + info.name + " is in " +
                                                    paths[tensors[found->second].shard].string() +
                                                    " and again in " + path.string() + ".");
            }
            tensors.push_back(std::move(info));
        }
    }
};

Checkpoint::Checkpoint()
    : m_shards(std::make_unique<Shards>())
{
}

Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;

Checkpoint Checkpoint::openFile(const Path& file)
{
    Checkpoint checkpoint;
    checkpoint.m_shards->add(file);
    return checkpoint;
}

Checkpoint Checkpoint::open(const Path& folder)
{
    if (const auto gguf = ggufFileOf(folder)) {
        return openFile(*gguf);
    }
    std::error_code ignored;
    if (std::filesystem::exists(folder / kSingle, ignored)) {
        Checkpoint checkpoint = openFile(folder / kSingle);
        checkpoint.m_shards->addBasePrefix();
        return checkpoint;
    }
    if (!std::filesystem::exists(folder / kIndex, ignored)) {
        failWithoutSafetensors(folder);
    }
    Checkpoint checkpoint;
    const WeightMap map = readIndex(folder / kIndex);
    std::map<std::string, std::size_t> shardNumbers;
    for (const auto& [name, shard] : map) {
        shardNumbers.emplace(shard, 0);
    }
    for (auto& [shard, number] : shardNumbers) {
        if (!std::filesystem::exists(folder / shard, ignored)) {
            throw Error(ErrorCode::NotFound, "The shard " + shard + " named in " +
                                                 (folder / kIndex).string() +
                                                 " is missing. Copy it into the folder.");
        }
        number = checkpoint.m_shards->files.size();
        checkpoint.m_shards->add(folder / shard);
    }
    for (const auto& [name, shard] : map) {
        const TensorInfo* info = checkpoint.find(name);
        if (info == nullptr || info->shard != shardNumbers[shard]) {
            throw Error(ErrorCode::Corrupt, (folder / kIndex).string() + " places the tensor " +
                                                name + " in " + shard +
                                                ", which does not hold it.");
        }
    }
    checkpoint.m_shards->addBasePrefix();
    return checkpoint;
}

std::span<const TensorInfo> Checkpoint::tensors() const
{
    return m_shards->tensors;
}

const TensorInfo* Checkpoint::find(std::string_view name) const
{
    const auto found = m_shards->byName.find(name);
    return found == m_shards->byName.end() ? nullptr : &m_shards->tensors[found->second];
}

namespace {

const TensorInfo& findOrFail(const Checkpoint& checkpoint, std::string_view name)
{
    if (const TensorInfo* info = checkpoint.find(name)) {
        return *info;
    }
    std::string files;
    for (const Path& file : checkpoint.files()) {
        files += files.empty() ? "" : ", ";
        files += file.string();
    }
    throw Error(ErrorCode::NotFound,
                "There is no tensor " + std::string(name) + " in " + files + ".");
}

} // namespace

Tensor Checkpoint::load(std::string_view name) const
{
    const TensorInfo& info = findOrFail(*this, name);
    return m_shards->files[info.shard]->load(info);
}

Tensor Checkpoint::read(std::string_view name) const
{
    const TensorInfo& info = findOrFail(*this, name);
    return m_shards->files[info.shard]->read(info);
}

const std::map<std::string, std::string>& Checkpoint::metadata() const
{
    return m_shards->files.front()->metadata();
}

const std::vector<Path>& Checkpoint::files() const
{
    return m_shards->paths;
}

} // namespace espalier
