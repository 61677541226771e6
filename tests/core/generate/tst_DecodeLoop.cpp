// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/base/Random.h"
#include "core/generate/DecodeLoop.h"
#include "core/generate/Generator.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

// The packed decoding loop against the plain forward pass, on the tiny models of every family.

using namespace espalier;

namespace {

constexpr double kRelative = 1e-5;

struct Loaded {
    explicit Loaded(const Path& fixture, NumberType dtype = NumberType::Float32)
        : name(fixture.filename().string())
        , folder(place.path() / name)
    {
        makeFolder(folder);
        for (const char* file : {"config.json", "model.safetensors"}) {
            std::filesystem::copy_file(fixture / file, folder / file);
        }
        plain = CausalLM::open(folder, {.dtype = dtype});
    }

    test::TempFolder place;
    std::string name;
    Path folder;
    std::unique_ptr<CausalLM> plain;
};

using Prompts = std::vector<std::vector<std::int32_t>>;

/// The fixtures that the loop handles: families that came later have loops of their own or none.
std::vector<Path> fixtures()
{
    std::vector<Path> folders;
    for (const char* name : {"llama", "mistral", "mistral-without-window", "qwen2", "qwen2-windows",
                             "qwen3", "qwen3-bias-windows", "smollm3", "smollm3-windows"}) {
        folders.push_back(Path(ESPALIER_FAMILIES) / name);
    }
    return folders;
}

std::vector<std::int32_t> drawnTokens(std::int64_t count, std::int64_t vocabulary,
                                      std::uint64_t seed)
{
    Random random(seed);
    std::vector<std::int32_t> ids;
    for (std::int64_t i = 0; i < count; ++i) {
        ids.push_back(
            static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(vocabulary))));
    }
    return ids;
}

Tensor idsOf(const std::vector<std::int32_t>& tokens)
{
    return at::tensor(at::ArrayRef<std::int32_t>(tokens), at::kLong).unsqueeze(0);
}

Prompts raggedPrompts(const CausalLM& model)
{
    Prompts prompts;
    for (const std::int64_t length : {5, 1, 17, 9}) {
        prompts.push_back(
            drawnTokens(length, model.config().vocabSize, static_cast<std::uint64_t>(length)));
    }
    return prompts;
}

double relativeDifference(std::span<const float> found, const Tensor& expected)
{
    const Tensor values = expected.contiguous();
    const std::span<const float> wanted(values.const_data_ptr<float>(),
                                        static_cast<std::size_t>(values.numel()));
    VERIFY(found.size() == wanted.size());
    double most = 0, largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        most = std::max(most, static_cast<double>(std::abs(found[i] - wanted[i])));
        largest = std::max(largest, static_cast<double>(std::abs(wanted[i])));
    }
    return most / largest;
}

} // namespace

TEST(logitsAreThoseOfThePlainForwardPass)
{
    const at::NoGradGuard noGrad;
    for (const Path& fixture : fixtures()) {
        const Loaded loaded(fixture);
        const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
        const auto tokens = drawnTokens(40, loaded.plain->config().vocabSize, 3);
        const Tensor expected = loaded.plain->logits(idsOf(tokens))[0];
        DecodeLoop loop(packed, 1, 40, 2);
        const std::vector<DecodeInput> inputs{{.sequence = 0, .tokens = tokens}};
        const double difference = relativeDifference(loop.allLogits(inputs), expected);
        VERIFY2(difference <= kRelative, loaded.name + " differs by " + std::to_string(difference));
    }
}

TEST(piecesNeighboursAndThreadsChangeNoBit)
{
    const at::NoGradGuard noGrad;
    for (const Path& fixture : fixtures()) {
        const Loaded loaded(fixture);
        const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
        const std::int64_t vocabulary = loaded.plain->config().vocabSize;
        const auto tokens = drawnTokens(50, vocabulary, 4);
        DecodeLoop whole(packed, 1, 50, 1);
        const auto first = whole.logits(std::vector<DecodeInput>{{.tokens = tokens}});
        const std::vector<float> expected(first.begin(), first.end());
        for (const int threads : {1, 2, 3}) {
            DecodeLoop pieces(packed, 3, 60, threads);
            std::vector<float> last;
            for (std::size_t begin = 0; begin < tokens.size();) {
                const std::size_t count = begin == 0 ? 33 : begin == 33 ? 4 : 1;
                std::vector<DecodeInput> inputs{
                    {.sequence = 2, .tokens = drawnTokens(1, vocabulary, begin)},
                    {.sequence = 1,
                     .tokens = {tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                                tokens.begin() + static_cast<std::ptrdiff_t>(begin + count)}}};
                const auto both = pieces.logits(inputs);
                last.assign(both.begin() + vocabulary, both.end());
                begin += count;
            }
            COMPARE(pieces.positions(1), 50);
            VERIFY2(last == expected, loaded.name);
        }
    }
}

TEST(longPromptsGoInPieces)
{
    const at::NoGradGuard noGrad;
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "mistral");
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    const auto tokens = drawnTokens(600, loaded.plain->config().vocabSize, 8);
    DecodeLoop loop(packed, 1, 600, 2);
    const auto found = loop.logits(std::vector<DecodeInput>{{.tokens = tokens}});
    VERIFY(relativeDifference(found, loaded.plain->logits(idsOf(tokens))[0][599]) <= kRelative);
}

TEST(greedyIdsAreThoseOfThePlainWayAloneAndTogether)
{
    for (const Path& fixture : fixtures()) {
        const Loaded loaded(fixture);
        const auto packed = DecodeModel::open(loaded.folder, NumberType::Float32);
        const auto prompts = raggedPrompts(*loaded.plain);
        const GenerateOptions options{.tokens = 20};
        const auto together = generateBatch(packed, prompts, options, 2);
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            const auto expected = generate(*loaded.plain, prompts[i], options);
            VERIFY2(together[i] == expected, loaded.name);
            const Prompts alone{prompts[i]};
            VERIFY2(generateBatch(packed, alone, options, 1)[0] == expected, loaded.name);
        }
    }
}

TEST(sequencesThatEndLeaveTheOthersToGoOn)
{
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "qwen3");
    const auto prompts = raggedPrompts(*loaded.plain);
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    const auto all = generateBatch(packed, prompts, {.tokens = 12, .stopAtEos = false}, 2);
    // A token that some sequences make and others do not becomes the model's end.
    std::int32_t end = -1;
    std::size_t early = 0;
    for (const std::int32_t candidate : all[2]) {
        early = static_cast<std::size_t>(std::ranges::count_if(all, [&](const auto& text) {
            return std::ranges::find(text, candidate) != text.end();
        }));
        if (early < all.size()) {
            end = candidate;
            break;
        }
    }
    VERIFY(end >= 0);
    Json config = parseJson(readFile(loaded.folder / "config.json"), "config.json");
    config["eos_token_id"] = end;
    writeFileAtomically(loaded.folder / "config.json", config.dump());
    const auto ending = DecodeModel::open(loaded.folder, NumberType::Float32);
    const auto ended = generateBatch(ending, prompts, {.tokens = 12}, 2);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto stop = std::ranges::find(all[i], end);
        VERIFY(ended[i] == std::vector<std::int32_t>(all[i].begin(), stop));
    }
}

TEST(theListenerEndsItAll)
{
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "llama");
    const auto prompts = raggedPrompts(*loaded.plain);
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    std::size_t seen = 0;
    const auto text = generateBatch(packed, prompts, {.tokens = 12, .stopAtEos = false}, 1,
                                    [&](std::size_t, std::int32_t) { return ++seen < 6; });
    COMPARE(text[0].size() + text[1].size() + text[2].size() + text[3].size(), 6U);
}

TEST(samplingDrawsAsThePlainWayDoes)
{
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "llama");
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    const auto prompts = raggedPrompts(*loaded.plain);
    const GenerateOptions options{
        .tokens = 15, .temperature = 0.8, .topK = 30, .seed = 5, .stopAtEos = false};
    const auto together = generateBatch(packed, prompts, options, 2);
    VERIFY(together[0] == generate(*loaded.plain, prompts[0], options));
    VERIFY(generateBatch(packed, prompts, options, 1) == together);
    const Prompts same{prompts[0], prompts[0]};
    const auto twice = generateBatch(packed, same, options, 1);
    VERIFY(twice[0] != twice[1]);
}

TEST(bf16WeightsAreNearThePlainWay)
{
    const at::NoGradGuard noGrad;
    for (const Path& fixture : fixtures()) {
        const Loaded loaded(fixture);
        const auto packed = DecodeModel::open(loaded.folder, NumberType::BFloat16);
        // The plain way with weights that were rounded, in fp32: what the loop computes.
        for (Tensor& parameter : loaded.plain->parameters()) {
            parameter.detach().copy_(parameter.detach().to(at::kBFloat16));
        }
        const auto tokens = drawnTokens(23, loaded.plain->config().vocabSize, 6);
        DecodeLoop loop(packed, 1, 23, 2);
        const double difference =
            relativeDifference(loop.allLogits(std::vector<DecodeInput>{{.tokens = tokens}}),
                               loaded.plain->logits(idsOf(tokens))[0]);
        VERIFY2(difference <= kRelative, loaded.name + " differs by " + std::to_string(difference));
    }
}

TEST(weightsAreHeldOnce)
{
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "qwen3-bias-windows"); // tied
    const DecodeModel packed(*loaded.plain);
    COMPARE(&packed.embedding(), &packed.head());
    std::size_t bytes = 0;
    for (const Tensor& parameter : loaded.plain->parameters()) {
        bytes += parameter.nbytes();
    }
    // Panels are filled up; tiny weights grow more by that than real ones.
    VERIFY(packed.bytes() < 2 * bytes);
}

TEST(whatCannotBeRunIsRefusedInWords)
{
    const at::NoGradGuard noGrad;
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "llama");
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    DecodeLoop loop(packed, 1, 4, 1);
    const auto step = [&](std::vector<std::int32_t> tokens) {
        const std::vector<DecodeInput> inputs{{.sequence = 0, .tokens = std::move(tokens)}};
        loop.greedy(inputs);
    };
    VERIFY_FAILS(step({1, 2, 3, 4, 5}), ErrorCode::InvalidInput, "room for 4");
    VERIFY_FAILS(step({-1}), ErrorCode::InvalidInput, "Token id -1");
    VERIFY_FAILS(step({}), ErrorCode::Internal, "one token at least");
    step({1, 2, 3});
    COMPARE(loop.positions(0), 3);
    const Loaded half(Path(ESPALIER_FAMILIES) / "llama", NumberType::Float16);
    VERIFY_FAILS(DecodeModel{*half.plain}, ErrorCode::Unsupported, "Half");
    VERIFY_FAILS(generateBatch(packed, Prompts{{}}, {}, 1), ErrorCode::InvalidInput, "no tokens");
}

TEST(weightsThatAreNotNumbersAreReported)
{
    const at::NoGradGuard noGrad;
    const Loaded loaded(Path(ESPALIER_FAMILIES) / "llama");
    loaded.plain->lease(0)->linears()[3]->weight()[0][0] = std::nanf("");
    const auto packed = std::make_shared<const DecodeModel>(*loaded.plain);
    const Prompts prompts{{1, 2}};
    VERIFY_FAILS(generateBatch(packed, prompts, {}, 1), ErrorCode::Numeric, "not finite");
    VERIFY_FAILS(generateBatch(packed, prompts, {.temperature = 1.0}, 1), ErrorCode::Numeric,
                 "not finite");
}
