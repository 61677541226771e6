// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ModelExport.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"
#include "core/export/Certificate.h"
#include "core/export/FolderSwap.h"
#include "core/export/ModelTensors.h"
#include "core/export/OutputCheck.h"
#include "core/export/StoredTensors.h"
#include "core/tokenizer/GgufTokenizer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace espalier {

namespace {

constexpr std::int64_t kSteps = 1000; // of the progress: thirds for hashing, writing and checking

/// What a Hugging Face folder holds beside weights and config.json.
bool isCarriedOver(const std::string& name)
{
    constexpr std::array<std::string_view, 12> kNames{
        "tokenizer.json",     "tokenizer_config.json",
        "tokenizer.model",    "special_tokens_map.json",
        "added_tokens.json",  "vocab.json",
        "merges.txt",         "chat_template.jinja",
        "chat_template.json", "generation_config.json",
        "vocab.txt",          "preprocessor_config.json"};
    const auto begins = [&](std::string_view prefix) { return name.rfind(prefix, 0) == 0; };
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || begins("LICENSE") ||
           begins("LICENCE") || begins("NOTICE");
}

/// The tokenizer and what else belongs to the model, of a GGUF file what it holds of them.
void copyFiles(const Path& from, const Path& to)
{
    if (const auto gguf = ggufFileOf(from)) {
        if (const GgufFile file(*gguf); hasGgufTokenizer(file)) {
            writeGgufTokenizer(file, to);
        }
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
        const std::string name = entry.path().filename().string();
        if (isCarriedOver(name) && entry.is_regular_file()) {
            writeFileAtomically(to / name, readFile(entry.path()));
        }
    }
}

class Progress {
public:
    Progress(const StepFunction& step, std::int64_t third, std::int64_t total)
        : m_step(step)
        , m_begin(third * kSteps / 3)
        , m_total(std::max<std::int64_t>(total, 1))
    {
    }

    void add(std::int64_t amount)
    {
        m_done = std::min(m_done + amount, m_total);
        const double share = static_cast<double>(m_done) / static_cast<double>(m_total);
        m_step(m_begin + static_cast<std::int64_t>(share * (kSteps / 3)), kSteps);
    }

private:
    const StepFunction& m_step;
    std::int64_t m_begin, m_total, m_done = 0;
};

void writeFiles(const ExportInputs& inputs, const Path& folder, ModelTensors& tensors,
                const StepFunction& step)
{
    std::vector<TensorToWrite> list = tensors.toWrite();
    Progress progress(step, 1, tensors.bytes());
    for (TensorToWrite& tensor : list) {
        tensor.produce = [&progress, produce = std::move(tensor.produce)] {
            const Tensor value = produce();
            progress.add(static_cast<std::int64_t>(value.nbytes()));
            return value;
        };
    }
    writeCheckpoint(folder, list);
    Json config = inputs.model->configJson();
    if (!config.contains("model_type") && // Transformers finds the class by it
        inputs.model->config().kind != ModelKind::LinearsOnly) {
        config["model_type"] = inputs.model->config().family;
    }
    writeFileAtomically(folder / "config.json", config.dump(2) + "\n");
    copyFiles(inputs.sourceFolder, folder);
    if (!inputs.recipe.empty()) {
        writeFileAtomically(folder / "recipe.yaml", inputs.recipe);
    }
    if (!inputs.modelCard.empty()) {
        writeFileAtomically(folder / "README.md", inputs.modelCard);
    }
}

void checkInputs(const ExportInputs& inputs)
{
    if (inputs.model == nullptr || inputs.outputFolder.empty()) {
        throw Error(ErrorCode::Internal, "An export needs a model and a folder to write to.");
    }
    if (!ggufFileOf(inputs.sourceFolder) && !std::filesystem::is_directory(inputs.sourceFolder)) {
        throw Error(
            ErrorCode::NotFound,
            "The folder " + inputs.sourceFolder.string() +
                " is not there, so the export has no tokenizer to copy. Give the folder the "
                "model was read from.");
    }
    refuseForeignFolder(inputs.outputFolder, inputs.provenance);
}

} // namespace

std::vector<Artifact> exportModel(const ExportInputs& inputs, const StepFunction& step)
{
    checkInputs(inputs);
    const at::NoGradGuard noGrad;
    FolderSwap swap(inputs.outputFolder);
    const Path& folder = swap.folder();

    Progress hashing(step, 0, inputs.model->blocks() + 1);
    ModelTensors tensors(*inputs.model, [&] { hashing.add(1); });
    const Tensor output = outputAsStored(*inputs.model, tensors.isRounded());

    writeFiles(inputs, folder, tensors, step);

    Progress checking(step, 2, tensors.bytes());
    compareStoredTensors(
        readStoredTensors(folder, [&](std::int64_t bytes) { checking.add(bytes); }),
        tensors.expected(), folder);
    const Json outputCheck = checkOutput(*inputs.model, folder, output);
    writeCertificate(folder, {.tensors = static_cast<std::int64_t>(tensors.expected().size()),
                              .storedType = std::string(nameOf(inputs.model->config().storedType)),
                              .isRounded = tensors.isRounded(),
                              .logits = outputCheck,
                              .provenance = inputs.provenance});
    swap.commit();
    step(kSteps, kSteps);
    return exportArtifacts(inputs.outputFolder);
}

} // namespace espalier
