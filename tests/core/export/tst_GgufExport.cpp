// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/export/GgufExport.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <csignal>
#include <limits>
#include <set>
#include <sys/resource.h>

using namespace espalier;
using test::makeTinyModel;
using test::TempFolder;

namespace {

void noStep(std::int64_t, std::int64_t) {}

/// Without a tokenizer: that of the tiny model has no counterpart in a GGUF file.
Path makePlainModel(const Path& folder, const test::TinyModelOptions& options = {})
{
    makeTinyModel(folder, options);
    std::filesystem::remove(folder / "tokenizer.json");
    return folder;
}

GgufExportInputs inputsFor(CausalLM& model, const Path& source, const Path& file, BlockType type)
{
    return {.model = &model, .source = source, .file = file, .type = type, .name = "tiny"};
}

std::set<std::string> namesIn(const Path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

std::string typeOf(const GgufFile& file, const std::string& name)
{
    VERIFY2(file.tensor(name) != nullptr, name);
    return std::string(file.tensor(name)->packing.name);
}

Tensor logitsOf(CausalLM& model)
{
    const at::NoGradGuard noGrad;
    return model.logits(at::arange(20).view({1, 20}));
}

void flipByte(const Path& file, std::int64_t place)
{
    std::string bytes = readFile(file);
    bytes[static_cast<std::size_t>(place)] ^= 0x10;
    writeFileAtomically(file, bytes);
}

bool hasNote(const GgufReport& report, const std::string& words)
{
    return std::ranges::any_of(report.notes, [&](const std::string& note) {
        return note.find(words) != std::string::npos;
    });
}

/// A model with this tokenizer, exported and read from the file alone.
std::unique_ptr<Tokenizer> exportedTokenizer(const Path& place, const std::string& fixture)
{
    const Path source = makePlainModel(place / "source", {.vocab = 512});
    std::filesystem::copy_file(test::dataFolder() / "tokenizer" / fixture / "tokenizer.json",
                               source / "tokenizer.json");
    const auto model = CausalLM::open(source);
    exportGguf(inputsFor(*model, source, place / "m.gguf", BlockType::F32), noStep);
    return Tokenizer::open(place / "m.gguf");
}

} // namespace

TEST(everyTypeIsWrittenAndReadAgain)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source", {.tied = false});
    const auto model = CausalLM::open(source);
    for (const std::string name : {"f32", "f16", "bf16", "q8_0", "q4_0", "q4_1"}) {
        const Path path = temp.path() / (name + ".gguf");
        const GgufReport report =
            exportGguf(inputsFor(*model, source, path, *ggufTypeOf("gguf-" + name)), noStep);
        const GgufFile file(path);
        const std::string wanted(packingNamed(name)->name);
        const bool isPacked = name.starts_with("q");
        COMPARE(typeOf(file, "blk.0.attn_q.weight"), wanted);
        COMPARE(typeOf(file, "token_embd.weight"), wanted);
        COMPARE(typeOf(file, "blk.1.attn_norm.weight"), std::string("F32"));
        // Rows of 48 numbers are no whole blocks of 32.
        COMPARE(typeOf(file, "blk.2.ffn_down.weight"), isPacked ? std::string("F16") : wanted);
        COMPARE(hasNote(report, "blk.2.ffn_down.weight is stored as F16"), isPacked);
        const bool hasFourBits = name.starts_with("q4");
        COMPARE(typeOf(file, "output.weight"), hasFourBits ? std::string("Q8_0") : wanted);
        COMPARE(hasNote(report, "output.weight, the matrix behind the logits"), hasFourBits);
        VERIFY(report.logits.at("equal_bits_to_packed_model").get<bool>());
        const auto again = CausalLM::open(path);
        const double far = (logitsOf(*again) - logitsOf(*model)).abs().max().item<double>();
        COMPARE(far == 0, name == "f32");
        verifyGguf(path);
    }
    COMPARE(namesIn(temp.path()).size(), std::size_t(1 + 6 * 2)); // nothing unfinished is left
}

TEST(theFileSaysWhatModelItIs)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source", {.biases = true});
    const auto model = CausalLM::open(source);
    GgufExportInputs inputs = inputsFor(*model, source, temp.path() / "m.gguf", BlockType::Q8_0);
    inputs.licence = "mit";
    const GgufReport report = exportGguf(inputs, noStep);
    const GgufFile file(temp.path() / "m.gguf");
    COMPARE(*file.find("general.architecture"), Json("llama"));
    COMPARE(*file.find("general.name"), Json("tiny"));
    COMPARE(*file.find("general.license"), Json("mit"));
    COMPARE(*file.find("general.file_type"), Json(7));
    COMPARE(*file.find("llama.block_count"), Json(3));
    COMPARE(*file.find("llama.attention.head_count_kv"), Json(2));
    COMPARE(*file.find("llama.rope.dimension_count"), Json(8));
    COMPARE(*file.find("tokenizer.ggml.model"), Json("none"));
    VERIFY(hasNote(report, "There is no tokenizer.json"));
    VERIFY(file.tensor("output.weight") == nullptr); // tied
    COMPARE(typeOf(file, "blk.0.attn_q.bias"), std::string("F32"));
    VERIFY_FAILS(Tokenizer::open(temp.path() / "m.gguf"), ErrorCode::NotFound, "has no tokenizer");
}

TEST(streamedGivesTheSameFile)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source");
    const auto resident = CausalLM::open(source);
    const auto streamed = CausalLM::open(source, {.residency = Residency::Streamed});
    const Path a = temp.path() / "a.gguf", b = temp.path() / "b.gguf";
    exportGguf(inputsFor(*resident, source, a, BlockType::Q4_0), noStep);
    exportGguf(inputsFor(*streamed, source, b, BlockType::Q4_0), noStep);
    COMPARE(readFile(a), readFile(b));
    VERIFY(at::equal(logitsOf(*resident), logitsOf(*streamed))); // the weights were put back
}

TEST(aConvertedModelIsWrittenAsItWasConverted)
{
    for (const std::string name : {"llama3", "qwen2", "qwen3", "smollm3", "gpt2"}) {
        const TempFolder temp;
        const Path source = test::dataFolder() / "gguf" / "models" / (name + ".gguf");
        const Path path = temp.path() / "again.gguf";
        const auto model = CausalLM::open(source);
        exportGguf(inputsFor(*model, source, path, BlockType::F32), noStep);
        const GgufFile found(path), expected(source);
        for (const GgufTensor& tensor : expected.tensors()) {
            const GgufTensor* own = found.tensor(tensor.name);
            VERIFY2(own != nullptr && own->shape == tensor.shape, name + ": " + tensor.name);
            const auto bytesOf = [](const GgufFile& file, const GgufTensor& where) {
                return file.bytes().substr(static_cast<std::size_t>(where.begin),
                                           static_cast<std::size_t>(where.end - where.begin));
            };
            // What is computed for Llama 3 may differ in the last bit.
            VERIFY2(tensor.name.starts_with("rope_freqs.") ||
                        bytesOf(found, *own) == bytesOf(expected, tensor),
                    name + ": " + tensor.name);
        }
        for (const auto& [key, value] : expected.metadata()) {
            if (!key.starts_with("general.")) {
                VERIFY2(found.find(key) != nullptr && *found.find(key) == value,
                        name + ": " + key + " = " + compactText(value));
            }
        }
    }
}

TEST(oneChangedByteIsFoundAndPlaced)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source");
    const auto model = CausalLM::open(source);
    const Path path = temp.path() / "m.gguf";
    exportGguf(inputsFor(*model, source, path, BlockType::Q8_0), noStep);
    const std::string whole = readFile(path);
    const GgufFile file(path);
    for (const GgufTensor& tensor : file.tensors()) {
        flipByte(path, (tensor.begin + tensor.end) / 2);
        VERIFY_FAILS(verifyGguf(path), ErrorCode::Corrupt, "the tensor " + tensor.name + " (bytes");
        writeFileAtomically(path, whole);
    }
    flipByte(path, 100);
    VERIFY_FAILS(verifyGguf(path), ErrorCode::Corrupt, "the header is not what was written");
    writeFileAtomically(path, whole.substr(0, whole.size() - 1));
    VERIFY_FAILS(verifyGguf(path), ErrorCode::Corrupt, "the size");
    writeFileAtomically(path, whole);
    verifyGguf(path);
    std::filesystem::remove(path.string() + ".certificate.json");
    VERIFY_FAILS(verifyGguf(path), ErrorCode::NotFound, "nothing to verify");
}

TEST(whatCannotBeWrittenIsRefusedAndLeavesNothing)
{
    const TempFolder temp;
    const Path source = makeTinyModel(temp.path() / "source");
    const auto model = CausalLM::open(source);
    const Path path = temp.path() / "m.gguf";
    const auto inputs = inputsFor(*model, source, path, BlockType::F16);
    VERIFY_FAILS(exportGguf(inputs, noStep), ErrorCode::Unsupported,
                 "neither a byte alphabet nor byte tokens");
    std::filesystem::remove(source / "tokenizer.json");
    writeFileAtomically(path, "mine");
    VERIFY_FAILS(exportGguf(inputs, noStep), ErrorCode::InvalidInput, "is left as it is");
    COMPARE(readFile(path), std::string("mine"));
    std::filesystem::remove(path);
    VERIFY_FAILS(
        exportGguf(inputsFor(*model, source, temp.path() / "m.bin", BlockType::F16), noStep),
        ErrorCode::InvalidInput, "does not end with .gguf");
    VERIFY_FAILS(exportGguf(inputsFor(*model, source, path, BlockType::Q6_K), noStep),
                 ErrorCode::Unsupported, "cannot be written as Q6_K");
    VERIFY(!ggufTypeOf("gguf-q6_k") && !ggufTypeOf("safetensors"));
    Tensor weight = model->linears()[1]->weight();
    weight[0][0] = 70000.0F;
    VERIFY_FAILS(exportGguf(inputs, noStep), ErrorCode::Numeric, "blk.0.attn_k.weight");
    weight[0][0] = std::numeric_limits<float>::quiet_NaN();
    VERIFY_FAILS(exportGguf(inputs, noStep), ErrorCode::Numeric, "blk.0.attn_k.weight");
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"source"}));
}

TEST(aDiskThatTakesNoMoreLeavesNothing)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source");
    const auto model = CausalLM::open(source);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN); // the write fails instead
    rlimit small = before;
    small.rlim_cur = 16 << 10;
    ::setrlimit(RLIMIT_FSIZE, &small);
    bool failed = false;
    try {
        exportGguf(inputsFor(*model, source, temp.path() / "m.gguf", BlockType::F32), noStep);
    } catch (const Error& error) {
        failed = error.code() == ErrorCode::Io;
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    VERIFY(failed);
    COMPARE(namesIn(temp.path()), (std::set<std::string>{"source"}));
}

TEST(windowsShortenTheContextAndOtherPatternsAreRefused)
{
    const TempFolder temp;
    const auto withSettings = [&](const std::string& family, const Json& more) {
        const Path from = test::dataFolder() / "families" / family, to = temp.path() / family;
        makeFolder(to);
        Json config = parseJson(readFile(from / "config.json"), "config.json");
        config.update(more);
        writeFileAtomically(to / "config.json", config.dump());
        writeFileAtomically(to / "model.safetensors", readFile(from / "model.safetensors"));
        return to;
    };
    const Path mistral = withSettings("mistral", Json::object()); // a window of 7
    const auto model = CausalLM::open(mistral);
    const Path path = temp.path() / "m.gguf";
    const GgufReport report = exportGguf(inputsFor(*model, mistral, path, BlockType::F32), noStep);
    VERIFY(hasNote(report, "the last 7 positions"));
    COMPARE(*GgufFile(path).find("llama.context_length"), Json(7));
    const Path smollm = withSettings("smollm3", Json::object()); // every second block
    const auto other = CausalLM::open(smollm);
    VERIFY_FAILS(
        exportGguf(inputsFor(*other, smollm, temp.path() / "s.gguf", BlockType::F32), noStep),
        ErrorCode::Unsupported, "leaves positions unrotated");
}

TEST(byteLevelTokenizersAreWrittenWithTheNameOfTheirCut)
{
    const TempFolder temp;
    const auto found = exportedTokenizer(temp.path(), "bytelevel");
    const GgufFile file(temp.path() / "m.gguf");
    COMPARE(*file.find("tokenizer.ggml.pre"), Json("gpt-2"));
    COMPARE(file.find("tokenizer.ggml.tokens")->size(), std::size_t(512)); // padded
    const auto expected = Tokenizer::open(temp.path() / "source");
    for (const char* text : {"Hello  world's 12345", "caf\u00E9 \u6211\u60F3", "a\n\n b\t"}) {
        COMPARE(found->encode(text), expected->encode(text));
    }
}

TEST(byteFallBackTokenizersAreWrittenWithScores)
{
    const TempFolder temp;
    const auto found = exportedTokenizer(temp.path(), "bytefallback");
    COMPARE(*GgufFile(temp.path() / "m.gguf").find("tokenizer.ggml.model"), Json("llama"));
    const auto expected = Tokenizer::open(temp.path() / "source");
    for (const char* text : {"Hello  world's 12345", "caf\u00E9 \u6211\u60F3", "a\n\n b\t"}) {
        COMPARE(found->encode(text), expected->encode(text));
    }
}

TEST(anUnknownWayToCutIsNotGuessed)
{
    const TempFolder temp;
    const Path source = makePlainModel(temp.path() / "source", {.vocab = 512});
    Json tokenizer = parseJson(
        readFile(test::dataFolder() / "tokenizer" / "bytelevel" / "tokenizer.json"), "tokenizer");
    tokenizer["pre_tokenizer"] = {{"type", "Sequence"},
                                  {"pretokenizers", Json::array({Json{{"type", "Punctuation"}},
                                                                 tokenizer["pre_tokenizer"]})}};
    writeFileAtomically(source / "tokenizer.json", tokenizer.dump());
    const auto model = CausalLM::open(source);
    VERIFY_FAILS(
        exportGguf(inputsFor(*model, source, temp.path() / "m.gguf", BlockType::F32), noStep),
        ErrorCode::Unsupported, "its way to cut text");
}
