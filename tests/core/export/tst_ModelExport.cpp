// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Sha256.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/export/ModelExport.h"
#include "core/export/StoredTensors.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sys/resource.h>

using namespace espalier;
using namespace espalier::test;

namespace {

void noStep(std::int64_t, std::int64_t) {}

Json provenanceOf(const std::string& run)
{
    return {{"run", run}, {"fingerprint", "f00d"}};
}

ExportInputs inputsFor(CausalLM& model, const Path& source, const Path& output)
{
    return {.model = &model,
            .sourceFolder = source,
            .outputFolder = output,
            .recipe = "method: none\n",
            .modelCard = "# A card\n",
            .provenance = provenanceOf("0007")};
}

std::set<std::string> namesIn(const Path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

void flipByte(const Path& file, std::int64_t fromEnd)
{
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(-fromEnd, std::ios::end);
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(-fromEnd, std::ios::end);
    stream.put(byte);
}

void pruneSome(CausalLM& model)
{
    for (Linear* linear : model.linears()) {
        linear->setMask(linear->weight().abs() > linear->weight().abs().median());
    }
}

/// The same model stored in bf16.
Path makeHalfModel(const Path& folder)
{
    makeTinyModel(folder);
    std::vector<TensorToWrite> list;
    {
        const Checkpoint checkpoint = Checkpoint::open(folder);
        for (const TensorInfo& info : checkpoint.tensors()) {
            const Tensor tensor = checkpoint.read(info.name).to(at::kBFloat16);
            list.push_back({.name = info.name,
                            .dtype = at::kBFloat16,
                            .shape = info.shape,
                            .produce = [tensor] { return tensor; }});
        }
    }
    writeCheckpoint(folder, list);
    Json config = parseJson(readFile(folder / "config.json"), "config.json");
    config.erase("dtype");
    config["torch_dtype"] = "bfloat16";
    writeFileAtomically(folder / "config.json", config.dump());
    return folder;
}

} // namespace

TEST(exportReadsBackAsItIs)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const Path output = temp.path() / "export";
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    pruneSome(*model);
    const std::vector<Artifact> artifacts = exportModel(inputsFor(*model, source, output), noStep);

    COMPARE(namesIn(output),
            (std::set<std::string>{"README.md", "SHA256SUMS", "certificate.json", "config.json",
                                   "model.safetensors", "recipe.yaml", "tokenizer.json"}));
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"export", "source"}));
    COMPARE(readFile(output / "recipe.yaml"), "method: none\n");
    COMPARE(readFile(output / "tokenizer.json"), readFile(source / "tokenizer.json"));
    const std::unique_ptr<CausalLM> again = CausalLM::open(output);
    const Tensor tokens = at::arange(20).view({1, 20});
    const at::NoGradGuard noGrad;
    VERIFY(at::equal(again->logits(tokens), model->logits(tokens)));
    COMPARE_CLOSE(again->linears().front()->sparsity(), 0.5, 0.01);

    const Json certificate = parseJson(readFile(output / "certificate.json"), "certificate");
    VERIFY(certificate.at("logits").at("equal_bits").get<bool>());
    COMPARE(certificate.at("logits").at("max_abs_difference").get<double>(), 0.0);
    VERIFY(!certificate.at("tensors").at("rounded").get<bool>());
    COMPARE(artifacts.size(), std::size_t{2});
    COMPARE(artifacts[0].kind, "model");
    COMPARE(artifacts[0].sha256, sha256OfFile(output / "SHA256SUMS"));
    COMPARE(artifacts[1].path, (output / "certificate.json").string());
    const std::string line = sha256OfFile(output / "model.safetensors") + "  model.safetensors\n";
    VERIFY(readFile(output / "SHA256SUMS").find(line) != std::string::npos);
    verifyExport(output);
}

TEST(streamedGivesTheSameFiles)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> resident = CausalLM::open(source);
    const std::unique_ptr<CausalLM> streamed =
        CausalLM::open(source, {.residency = Residency::Streamed});
    exportModel(inputsFor(*resident, source, temp.path() / "a"), noStep);
    exportModel(inputsFor(*streamed, source, temp.path() / "b"), noStep);
    COMPARE(readFile(temp.path() / "a/SHA256SUMS"), readFile(temp.path() / "b/SHA256SUMS"));
    for (std::int64_t i = 0; i < streamed->blocks(); ++i) {
        streamed->lease(i)->linears(); // every lease of the export was given back
    }
}

TEST(chosenBlocksAreNumberedAnew)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> model = CausalLM::open(source, {.keepBlocks = {0, 2}});
    exportModel(inputsFor(*model, source, temp.path() / "export"), noStep);
    const std::unique_ptr<CausalLM> again = CausalLM::open(temp.path() / "export");
    COMPARE(again->blocks(), 2);
    const Checkpoint before = Checkpoint::open(source);
    const Checkpoint after = Checkpoint::open(temp.path() / "export");
    VERIFY(at::equal(after.read("model.layers.1.mlp.up_proj.weight"),
                     before.read("model.layers.2.mlp.up_proj.weight")));
}

TEST(roundedWeightsAreComparedAsTheyAreStored)
{
    const TempFolder temp;
    const Path source = makeHalfModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    Linear& linear = *model->linears()[2];
    linear.setWeight(linear.weight() * 1.001F); // needs more digits than bf16 has
    const Tensor before = linear.weight().clone();
    exportModel(inputsFor(*model, source, temp.path() / "export"), noStep);
    VERIFY(at::equal(linear.weight(), before));
    const Checkpoint checkpoint = Checkpoint::open(temp.path() / "export");
    for (const TensorInfo& info : checkpoint.tensors()) {
        VERIFY2(info.dtype == at::kBFloat16, info.name);
    }
    const Json certificate =
        parseJson(readFile(temp.path() / "export/certificate.json"), "certificate");
    VERIFY(certificate.at("tensors").at("rounded").get<bool>());
    VERIFY(certificate.at("logits").at("equal_bits").get<bool>());
}

TEST(foreignFoldersAreLeftAlone)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const Path output = temp.path() / "export";
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    makeFolder(output);
    writeFileAtomically(output / "thesis.tex", "years of work");
    const ExportInputs inputs = inputsFor(*model, source, output);
    VERIFY_FAILS(exportModel(inputs, noStep), ErrorCode::InvalidInput, "thesis.tex");
    COMPARE(readFile(output / "thesis.tex"), "years of work");
    COMPARE(namesIn(output), (std::set<std::string>{"thesis.tex"}));
    VERIFY_FAILS(exportModel(inputsFor(*model, source, source), noStep), ErrorCode::InvalidInput,
                 "left as it is");

    std::filesystem::remove(output / "thesis.tex"); // an empty folder is fine
    exportModel(inputs, noStep);
    verifyExport(output);
}

TEST(anEarlierExportOfTheSameSpecIsReplaced)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const Path output = temp.path() / "export";
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    ExportInputs inputs = inputsFor(*model, source, output);
    exportModel(inputs, noStep);
    const std::string first = sha256OfFile(output / "model.safetensors");
    pruneSome(*model);
    exportModel(inputs, noStep);
    VERIFY(sha256OfFile(output / "model.safetensors") != first);
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"export", "source"}));
    verifyExport(output);

    inputs.provenance = provenanceOf("0008"); // the same spec once more
    exportModel(inputs, noStep);
    inputs.provenance["fingerprint"] = "of another spec";
    VERIFY_FAILS(exportModel(inputs, noStep), ErrorCode::InvalidInput, "did not write");
    inputs.provenance = provenanceOf("0007");
    writeFileAtomically(output / "notes.txt", "mine");
    VERIFY_FAILS(exportModel(inputs, noStep), ErrorCode::InvalidInput, "notes.txt");
    COMPARE(readFile(output / "notes.txt"), "mine");
}

TEST(failuresLeaveNothing)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    const ExportInputs inputs = inputsFor(*model, source, temp.path() / "export");
    std::vector<std::int64_t> steps;
    exportModel(inputsFor(*model, source, temp.path() / "complete"),
                [&](std::int64_t done, std::int64_t) { steps.push_back(done); });
    VERIFY(std::is_sorted(steps.begin(), steps.end()));
    for (const std::int64_t last : {std::int64_t{0}, steps[steps.size() / 2]}) {
        bool stopped = false;
        try {
            exportModel(inputs, [last](std::int64_t done, std::int64_t) {
                if (done >= last) {
                    throw Cancelled{};
                }
            });
        } catch (const Cancelled&) {
            stopped = true;
        }
        VERIFY(stopped);
        COMPARE(namesIn(temp.path()), (std::set<std::string>{"complete", "source"}));
    }
    model->linears()[1]->weight()[0][0] = std::numeric_limits<float>::quiet_NaN();
    VERIFY_FAILS(exportModel(inputs, noStep), ErrorCode::Numeric, "k_proj.weight");
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"complete", "source"}));
}

TEST(aDiskThatTakesNoMoreLeavesNothing)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN); // the write fails instead
    rlimit small = before;
    small.rlim_cur = 16 << 10;
    ::setrlimit(RLIMIT_FSIZE, &small);
    bool failed = false;
    try {
        exportModel(inputsFor(*model, source, temp.path() / "export"), noStep);
    } catch (const Error& error) {
        failed = error.code() == ErrorCode::Io;
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    VERIFY(failed);
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"source"}));
}

TEST(tamperedFilesAreNamed)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const Path output = temp.path() / "export";
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    exportModel(inputsFor(*model, source, output), noStep);
    const StoredTensors honest = readStoredTensors(output, [](std::int64_t) {});
    compareStoredTensors(honest, honest, output);

    flipByte(output / "model.safetensors", 3);
    VERIFY_FAILS(verifyExport(output), ErrorCode::Corrupt, "model.safetensors");
    const StoredTensors tampered = readStoredTensors(output, [](std::int64_t) {});
    VERIFY_FAILS(compareStoredTensors(tampered, honest, output), ErrorCode::Corrupt, "layers.2.");
    StoredTensors fewer = honest;
    fewer.erase("model.norm.weight");
    VERIFY_FAILS(compareStoredTensors(fewer, honest, output), ErrorCode::Corrupt,
                 "lacks the tensor model.norm.weight");
    VERIFY_FAILS(compareStoredTensors(honest, fewer, output), ErrorCode::Corrupt,
                 "holds the tensor model.norm.weight, which");

    std::filesystem::resize_file(output / "model.safetensors", 5000);
    VERIFY_FAILS(readStoredTensors(output, [](std::int64_t) {}), ErrorCode::Corrupt, "too early");
    VERIFY_FAILS(verifyExport(source), ErrorCode::NotFound, "certificate.json");
}

TEST(theIndependentReaderAgreesWithTheCheckpoint)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const Checkpoint checkpoint = Checkpoint::open(source);
    const StoredTensors stored = readStoredTensors(source, [](std::int64_t) {});
    COMPARE(stored.size(), checkpoint.tensors().size());
    for (const TensorInfo& info : checkpoint.tensors()) {
        const Tensor tensor = checkpoint.read(info.name);
        const std::string_view bytes(static_cast<const char*>(tensor.const_data_ptr()),
                                     tensor.nbytes());
        COMPARE(stored.at(info.name).sha256, sha256Of(bytes));
        COMPARE(stored.at(info.name).shape, info.shape);
    }
}

TEST(leftoversOfKilledProcessesGo)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const std::unique_ptr<CausalLM> model = CausalLM::open(source);
    makeFolder(temp.path() / ".export.partial-99999999"); // beyond the largest process id
    makeFolder(temp.path() / ".export.partial-1");        // a process that lives
    exportModel(inputsFor(*model, source, temp.path() / "export"), noStep);
    COMPARE(namesIn(temp.path()), (std::set<std::string>{".export.partial-1", "export", "source"}));
}
