// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/CausalLM.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <functional>

using namespace espalier;

namespace {

const LoadOptions kStreamed{.residency = Residency::Streamed};

Tensor someTokens()
{
    return at::arange(1, 25).view({2, 12});
}

Tensor logitsOf(const std::unique_ptr<CausalLM>& model)
{
    const at::NoGradGuard guard;
    return model->logits(someTokens());
}

/// Writes the folder's weights anew, changed by `edit`.
void rewrite(const Path& folder, const std::function<void(std::vector<NamedTensor>&)>& edit)
{
    std::vector<NamedTensor> tensors;
    {
        const Checkpoint checkpoint = Checkpoint::open(folder);
        for (const TensorInfo& info : checkpoint.tensors()) {
            tensors.emplace_back(info.name, checkpoint.read(info.name));
        }
    }
    edit(tensors);
    writeSafetensors(folder / "model.safetensors", tensors);
}

Tensor embeddingOf(const std::vector<NamedTensor>& tensors)
{
    for (const auto& [name, tensor] : tensors) {
        if (name == "model.embed_tokens.weight") {
            return tensor;
        }
    }
    return {};
}

} // namespace

TEST(aBaseModelWithTiedEmbeddingsIsTheWholeModel)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const Tensor expected = logitsOf(CausalLM::open(folder.path()));
    rewrite(folder.path(), [](std::vector<NamedTensor>& tensors) {
        for (auto& [name, tensor] : tensors) {
            name = name.substr(std::string("model.").size());
        }
    });
    const Path file = folder.path() / "config.json";
    Json config = parseJson(readFile(file), "config.json");
    config["architectures"] = Json::array({"LlamaModel"});
    writeFileAtomically(file, config.dump());
    VERIFY(at::equal(logitsOf(CausalLM::open(folder.path())), expected));
    config["tie_word_embeddings"] = false;
    writeFileAtomically(file, config.dump());
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Corrupt,
                 "lack lm_head.weight, the matrix behind the logits");
}

TEST(aStoredCopyOfTiedEmbeddingsAndHalfPrecisionAreFine)
{
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16, at::kDouble}) {
        const test::TempFolder folder;
        test::makeTinyModel(folder.path());
        const Tensor exact = logitsOf(CausalLM::open(folder.path()));
        rewrite(folder.path(), [&](std::vector<NamedTensor>& tensors) {
            tensors.emplace_back("lm_head.weight", embeddingOf(tensors));
            for (auto& [name, tensor] : tensors) {
                tensor = tensor.to(type);
            }
        });
        const Tensor found = logitsOf(CausalLM::open(folder.path()));
        const double far = (found - exact).abs().max().item<double>();
        VERIFY(far <= (type == at::kDouble ? 0.0 : 0.05 * exact.abs().max().item<double>()));
    }
}

TEST(eightBitFloatsAreRefusedAsQuantised)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    rewrite(folder.path(), [](std::vector<NamedTensor>& tensors) {
        tensors.front().second = tensors.front().second.to(at::kFloat8_e4m3fn);
    });
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Unsupported, "has type F8_E4M3");
}

TEST(aStreamedModelGivesTheSameBits)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto resident = CausalLM::open(folder.path());
    const auto streamed = CausalLM::open(folder.path(), kStreamed);
    for (int pass = 0; pass < 3; ++pass) {
        VERIFY(at::equal(logitsOf(streamed), logitsOf(resident)));
        for (Linear* linear : streamed->linears()) {
            VERIFY2(!linear->isLoaded(), linear->name());
        }
    }
    VERIFY(resident->linears()[0]->isLoaded());
}

TEST(aBlockIsInMemoryWhileLeased)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path(), kStreamed);
    {
        const CausalLM::Lease outer = model->lease(1);
        {
            const CausalLM::Lease inner = model->lease(1);
            VERIFY(inner->isLoaded());
        }
        VERIFY(outer->isLoaded());
        COMPARE(outer->linears()[0]->name(), "blocks.1.self_attn.q_proj");
        COMPARE(outer->inputGroups().size(), 4U);
        COMPARE(outer->inputGroups()[0][2]->name(), "blocks.1.self_attn.v_proj");
    }
    VERIFY(!model->linears()[7]->isLoaded());
}

TEST(keptBlocksAreTheSourcesBlocks)
{
    const test::TempFolder folder, cut;
    test::makeTinyModel(folder.path());
    const LoadOptions options{.keepBlocks = {2, 0}};
    const auto kept = CausalLM::open(folder.path(), options);
    COMPARE(kept->blocks(), 2);
    COMPARE(kept->config().layers, 2);
    const Json config = kept->configJson();
    COMPARE(config["num_hidden_layers"], 2);
    // The same model as a folder of its own.
    const auto whole = CausalLM::open(folder.path());
    std::vector<NamedTensor> tensors = whole->outerTensors();
    for (const auto& [from, to] : {std::pair(2, 0), std::pair(0, 1)}) {
        for (const NamedTensor& tensor : whole->lease(from)->tensors(to)) {
            tensors.push_back(tensor);
        }
    }
    writeSafetensors(cut.path() / "model.safetensors", tensors);
    writeFileAtomically(cut.path() / "config.json", config.dump());
    VERIFY(at::equal(logitsOf(kept), logitsOf(CausalLM::open(cut.path()))));
    VERIFY_FAILS(CausalLM::open(folder.path(), {.keepBlocks = {0, 3}}), ErrorCode::InvalidInput,
                 "Block 3 is to be kept, the model has blocks 0 to 2");
    VERIFY_FAILS(CausalLM::open(folder.path(), {.keepBlocks = {1, 1}}), ErrorCode::InvalidInput,
                 "twice");
}

TEST(aSavedBlockIsReadFromItsFile)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const Path file = folder.path() / "block.safetensors";
    const LoadOptions streamed{.residency = Residency::Streamed, .keepBlocks = {0, 2}};
    const auto model = CausalLM::open(folder.path(), streamed);
    const Tensor before = logitsOf(model);
    {
        const auto lease = model->lease(1);
        lease->linears()[4]->weight().mul_(0.5);
        model->saveBlock(1, file);
    }
    VERIFY(at::equal(logitsOf(model), before)); // the edit went with the lease
    model->prefetch(1);
    model->overlayBlock(1, file); // what was read ahead is out of date now
    const Tensor after = logitsOf(model);
    VERIFY(!at::equal(after, before));

    const auto resident = CausalLM::open(folder.path(), {.keepBlocks = {0, 2}});
    const Tensor weight = resident->linears()[0]->weight();
    resident->overlayBlock(1, file);
    VERIFY(at::equal(logitsOf(resident), after));
    VERIFY(resident->linears()[0]->weight().is_same(weight)); // an optimiser may hold it
    VERIFY_FAILS(model->saveBlock(0, file), ErrorCode::Internal, "not leased");
}

TEST(parametersAreSharedWithTheModel)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path());
    COMPARE(model->parameters().size(), 2U + 3U * 9U); // the head is the embedding
    std::int64_t count = 0;
    for (const Tensor& parameter : model->parameters()) {
        count += parameter.numel();
    }
    COMPARE(count, parameterCount(model->config()));
    const Tensor before = logitsOf(model);
    for (Tensor& parameter : model->parameters()) {
        parameter.mul_(1.01);
    }
    VERIFY(!at::equal(logitsOf(model), before));
    VERIFY_FAILS(CausalLM::open(folder.path(), kStreamed)->parameters(), ErrorCode::Internal,
                 "streamed");
}

TEST(tensorsMustFitTheConfig)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    rewrite(folder.path(),
            [](auto& tensors) { tensors.emplace_back("extra.weight", at::ones({2})); });
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Corrupt,
                 "hold extra.weight, which have no place");
    rewrite(folder.path(), [](auto& tensors) {
        tensors.back() = {"lm_head.weight", embeddingOf(tensors)};
    });
    CausalLM::open(folder.path()); // the copy of a tied head is passed over
    rewrite(folder.path(),
            [](auto& tensors) { tensors.erase(tensors.begin() + 1, tensors.begin() + 9); });
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Corrupt,
                 "and 3 more, which config.json calls for");

    test::makeTinyModel(folder.path());
    rewrite(folder.path(), [](auto& tensors) { tensors.back().second = at::ones({31}); });
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Corrupt, "has shape [31] in");
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Corrupt, "[32] by config.json");
    rewrite(folder.path(), [](auto& tensors) { tensors.back().second = at::ones({32}, at::kInt); });
    VERIFY_FAILS(CausalLM::open(folder.path()), ErrorCode::Unsupported, "has type I32");
}

TEST(weightsThatAreNotFiniteAreLoaded)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    rewrite(folder.path(), [](auto& tensors) { tensors.back().second.fill_(std::nan("")); });
    VERIFY(logitsOf(CausalLM::open(folder.path())).isnan().any().item<bool>());
}

TEST(tokensOfAnotherVocabularyAreRefused)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path());
    VERIFY_FAILS(model->logits(at::full({1, 2}, 96, at::kLong)), ErrorCode::InvalidInput,
                 "token id 96 is outside the model's vocabulary of 96");
    VERIFY_FAILS(model->logits(at::empty({1, 0}, at::kLong)), ErrorCode::InvalidInput, "no tokens");
}

TEST(aFailureWhileReadingAheadArrivesAtTheLease)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path(), kStreamed);
    // Cut the mapped file off behind its header.
    std::filesystem::resize_file(folder.path() / "model.safetensors", 8192);
    model->prefetch(2);
    VERIFY_FAILS(model->lease(2), ErrorCode::Io, "became shorter while it was read");
    VERIFY_FAILS(model->lease(2), ErrorCode::Io, "became shorter while it was read");
}
