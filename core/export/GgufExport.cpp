// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufExport.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/export/Certificate.h"
#include "core/export/FolderSwap.h"
#include "core/export/GgufCertificate.h"
#include "core/export/GgufDescription.h"
#include "core/export/GgufTensorList.h"
#include "core/export/GgufVocabulary.h"
#include "core/export/OutputCheck.h"
#include "core/export/StoredGguf.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace espalier {

namespace {

constexpr std::int64_t kCheckTokens = 64;
constexpr std::int64_t kSteps = 1000; // of the progress: a quarter for each pass over the model

/// Largest distance of the logits, relative to their size (root of the mean square), at which a
/// model still counts as the same: far above what trained models show.
double boundOf(BlockType type)
{
    switch (type) {
    case BlockType::F32:
        return 1e-6;
    case BlockType::F16:
        return 0.02;
    case BlockType::BF16:
    case BlockType::Q8_0:
        return 0.15;
    default:
        return 1.0;
    }
}

class Progress {
public:
    Progress(const StepFunction& step, std::int64_t quarter, std::int64_t total)
        : m_step(step)
        , m_begin(quarter * kSteps / 4)
        , m_total(std::max<std::int64_t>(total, 1))
    {
    }

    void add(std::int64_t amount)
    {
        m_done = std::min(m_done + amount, m_total);
        const double share = static_cast<double>(m_done) / static_cast<double>(m_total);
        m_step(m_begin + static_cast<std::int64_t>(share * (kSteps / 4)), kSteps);
    }

private:
    const StepFunction& m_step;
    std::int64_t m_begin, m_total, m_done = 0;
};

Tensor checkTokens(const ModelConfig& config)
{
    std::int64_t count = std::min(kCheckTokens, config.maxPositions);
    if (config.slidingWindow > 0) { // beyond it llama.cpp sees more
        count = std::min(count, config.slidingWindow);
    }
    return (at::arange(count, at::kLong) * 7919 + 11).remainder(config.vocabSize);
}

double distance(const Tensor& found, const Tensor& expected)
{
    const double size = expected.square().mean().sqrt().item<double>();
    const double difference = (found - expected).square().mean().sqrt().item<double>();
    return size > 0 ? difference / size : difference;
}

class GgufExporter {
public:
    GgufExporter(const GgufExportInputs& inputs, const StepFunction& step)
        : m_inputs(inputs)
        , m_model(*inputs.model)
        , m_step(step)
    {
    }

    /// Under `file`, a temporary name.
    GgufReport run(const Path& file, StoredTensors& expected)
    {
        Progress looking(m_step, 0, m_model.blocks() + 1);
        GgufTensorList list(m_model, m_inputs.type, [&] { looking.add(1); });
        write(file, list, expected);
        Progress reading(m_step, 2, m_report.bytes);
        compareStoredTensors(readStoredGguf(file, [&](std::int64_t bytes) { reading.add(bytes); }),
                             expected, file);
        compareLogits(file, list);
        for (const std::string& note : list.notes()) {
            m_report.notes.push_back(note);
        }
        addZerosNote();
        return std::move(m_report);
    }

private:
    void write(const Path& file, GgufTensorList& list, StoredTensors& expected)
    {
        GgufMetadataWriter metadata;
        m_report.notes = describeModel(
            metadata, m_model.config(),
            {.name = m_inputs.name, .licence = m_inputs.licence, .type = m_inputs.type});
        for (std::string& note : describeTokenizer(metadata, m_inputs.source, m_model.config())) {
            m_report.notes.push_back(std::move(note));
        }
        const std::vector<GgufTensorToWrite> tensors = list.toWrite();
        for (const GgufTensorToWrite& tensor : tensors) {
            m_report.bytes += packedBytes(tensor);
        }
        m_report.tensors = static_cast<std::int64_t>(tensors.size());
        Progress writing(m_step, 1, m_report.bytes);
        writeGguf(file, metadata, tensors,
                  [&](const GgufTensorToWrite& tensor, std::string_view bytes) {
                      Sha256 hash;
                      hash.add(bytes.data(), bytes.size());
                      const auto count = static_cast<std::int64_t>(bytes.size());
                      expected[tensor.name] = {.dtype = std::string(packingOf(tensor.type).name),
                                               .shape = tensor.shape,
                                               .sha256 = hash.hex(),
                                               .bytes = count};
                      writing.add(count);
                  });
    }

    /// Opens the written file as a user would.
    void compareLogits(const Path& file, GgufTensorList& list)
    {
        const at::NoGradGuard noGrad;
        const Tensor tokens = checkTokens(m_model.config());
        Progress checking(m_step, 3, 3);
        const Tensor asItIs = m_model.logits(tokens.unsqueeze(0))[0].cpu().contiguous();
        checking.add(1);
        const Tensor expected = list.logits(tokens).contiguous();
        checking.add(1);
        const auto written = CausalLM::open(file, {.dtype = numberTypeOf(m_model.dtype()),
                                                   .residency = Residency::Streamed,
                                                   .device = m_model.device()});
        const Tensor found = written->logits(tokens.unsqueeze(0))[0].cpu().contiguous();
        checking.add(1);
        const bool equal =
            found.sizes() == expected.sizes() &&
            std::memcmp(found.const_data_ptr(), expected.const_data_ptr(), expected.nbytes()) == 0;
        if (!equal) {
            throw Error(ErrorCode::Corrupt,
                        "The model in the GGUF file gives other logits than the packed model in "
                        "memory: they differ by up to " +
                            std::to_string((found - expected).abs().max().item<double>()) +
                            ". No file was left; export again, and report it if it happens again.");
        }
        const double far = distance(found, asItIs);
        if (!(far <= boundOf(m_inputs.type))) {
            throw Error(ErrorCode::Numeric,
                        "Packed as " + std::string(packingOf(m_inputs.type).name) +
                            " the model's logits are " + std::to_string(far) +
                            " of their size away from those of the model itself, more than " +
                            std::to_string(boundOf(m_inputs.type)) +
                            ": it would be another model. Choose a type of more bits.");
        }
        m_report.logits = {{"tokens", tokens.size(0)},
                           {"compute_type", nameOf(numberTypeOf(m_model.dtype()))},
                           {"equal_bits_to_packed_model", true},
                           {"distance_to_model", numberToJson(far)},
                           {"distance_allowed", boundOf(m_inputs.type)}};
    }

    void addZerosNote()
    {
        constexpr double kPruned = 0.05;
        const std::vector<Linear*> linears = m_model.linears();
        if (m_inputs.type == BlockType::Q4_1 && !linears.empty() && linears.front()->isLoaded() &&
            linears.front()->sparsity() > kPruned) {
            m_report.notes.emplace_back("Q4_1 has no exact zero: pruned weights become small "
                                        "numbers. Q4_0 and Q8_0 keep them zero.");
        }
    }

    const GgufExportInputs& m_inputs;
    CausalLM& m_model;
    const StepFunction& m_step;
    GgufReport m_report = {};
};

void checkInputs(const GgufExportInputs& inputs)
{
    if (inputs.model == nullptr || inputs.file.empty()) {
        throw Error(ErrorCode::Internal, "An export needs a model and a file to write to.");
    }
    if (!packingOf(inputs.type).isWritable) {
        throw Error(ErrorCode::Unsupported, "GGUF files cannot be written as " +
                                                std::string(packingOf(inputs.type).name) +
                                                "; F32, F16, BF16, Q8_0, Q4_0 and Q4_1 can.");
    }
    if (inputs.file.extension() != ".gguf") {
        throw Error(ErrorCode::InvalidInput, "The name " + inputs.file.string() +
                                                 " does not end with .gguf. Name the file so.");
    }
    std::error_code ignored;
    if (std::filesystem::exists(inputs.file, ignored)) {
        throw Error(ErrorCode::InvalidInput,
                    inputs.file.string() +
                        " is there already and is left as it is. Choose another name, or remove "
                        "it first.");
    }
    requireGgufFamily(inputs.model->config());
}

} // namespace

GgufReport exportGguf(const GgufExportInputs& inputs, const StepFunction& step)
{
    checkInputs(inputs);
    FolderSwap place(inputs.file); // never takes the file's name: its folder goes with it
    const Path file = place.folder() / inputs.file.filename();
    StoredTensors expected;
    GgufReport report = GgufExporter(inputs, step).run(file, expected);
    const Path certificate = place.folder() / ggufCertificateOf(file.filename());
    writeFileAtomically(
        certificate,
        ggufCertificate(file, expected, report.logits, report.notes, inputs.provenance).dump(2) +
            "\n");
    std::filesystem::rename(certificate, ggufCertificateOf(inputs.file));
    std::filesystem::rename(file, inputs.file);
    syncFolder(inputs.file.has_parent_path() ? inputs.file.parent_path() : Path("."));
    return report;
}

GgufFolder exportGgufFolder(const ExportInputs& inputs, const GgufExportInputs& file,
                            const StepFunction& step)
{
    refuseForeignFolder(inputs.outputFolder, inputs.provenance);
    FolderSwap swap(inputs.outputFolder);
    GgufExportInputs inside = file;
    inside.file = swap.folder() / file.file.filename();
    checkInputs(inside);
    StoredTensors expected;
    GgufReport report = GgufExporter(inside, step).run(inside.file, expected);
    if (!inputs.recipe.empty()) {
        writeFileAtomically(swap.folder() / "recipe.yaml", inputs.recipe);
    }
    if (!inputs.modelCard.empty()) {
        writeFileAtomically(swap.folder() / "README.md", inputs.modelCard);
    }
    writeCertificate(swap.folder(), {.tensors = report.tensors,
                                     .storedType = std::string(packingOf(file.type).name),
                                     .isRounded = file.type != BlockType::F32,
                                     .logits = report.logits,
                                     .provenance = inputs.provenance});
    swap.commit();
    return {exportArtifacts(inputs.outputFolder), std::move(report)};
}

std::optional<BlockType> ggufTypeOf(std::string_view format)
{
    constexpr std::string_view kPrefix = "gguf-";
    if (!format.starts_with(kPrefix)) {
        return std::nullopt;
    }
    const auto packing = packingNamed(format.substr(kPrefix.size()));
    return packing && packing->isWritable ? std::optional(packing->type) : std::nullopt;
}

} // namespace espalier
