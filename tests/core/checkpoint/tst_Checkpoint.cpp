// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Checkpoint.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <cstring>

using namespace espalier;

namespace {

Checkpoint openBroken(const std::string& defect)
{
    return Checkpoint::openFile(test::dataFolder() / "safetensors" /
                                ("broken-" + defect + ".safetensors"));
}

std::vector<std::pair<std::string, Tensor>> oneOfEachType()
{
    const Tensor values = at::tensor({0.0, 1.0, 2.0});
    std::vector<std::pair<std::string, Tensor>> tensors;
    for (const at::ScalarType type :
         {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble, at::kLong, at::kInt, at::kByte,
          at::kBool, at::kShort, at::kChar, at::kFloat8_e4m3fn, at::kFloat8_e5m2}) {
        tensors.emplace_back(c10::toString(type), values.to(type));
    }
    tensors.emplace_back("empty", at::empty({0, 4}));
    tensors.emplace_back("scalar", at::full({}, 7.5));
    return tensors;
}

TensorToWrite toWrite(const std::string& name, const Tensor& value)
{
    return {name, value.scalar_type(), value.sizes().vec(), [value] { return value; }};
}

} // namespace

TEST(everyDefectOfAHeaderIsRefusedInWords)
{
    const std::pair<const char*, const char*> defects[] = {
        {"too-short", "3 bytes, too few"},
        {"header-beyond-file", "claims 5000 bytes, the file ends after"},
        {"header-too-long", "above the format's limit of 100000000"},
        {"header-not-json", "not valid JSON"},
        {"header-not-object", "not a JSON object"},
        {"duplicate-name", "names the tensor w twice"},
        {"missing-key", "w lacks dtype, shape or data_offsets"},
        {"shape-not-list", "the shape of w is 2, not a list"},
        {"negative-size", "the shape of w holds -2"},
        {"fractional-size", "the shape of w holds 2.5"},
        {"shape-overflow", "overflows a 64-bit size"},
        {"wrong-byte-count", "has 8 bytes, its shape [3] of type F32 needs 12"},
        {"range-backwards", "[8, 0], ends before it begins"},
        {"range-not-pair", "is [0,4,8], not a pair"},
        {"truncated-data", "[0, 16], goes beyond the 8 bytes"},
        {"overlap", "tensors overlap or leave a gap"},
        {"gap", "tensors overlap or leave a gap"},
        {"trailing-bytes", "the tensors end at byte"},
        {"metadata-not-text", "format = 1, which is not a text"},
    };
    for (const auto& [defect, words] : defects) {
        VERIFY_FAILS(openBroken(defect), ErrorCode::Corrupt, words);
        VERIFY_FAILS(openBroken(defect), ErrorCode::Corrupt, std::string("broken-") + defect);
    }
    VERIFY_FAILS(openBroken("unknown-type"), ErrorCode::Unsupported,
                 "\"F6_E2M3\"; known are F32, F16, BF16");
}

TEST(everyTypeComesBackByLoadAndByRead)
{
    const test::TempFolder folder;
    const auto tensors = oneOfEachType();
    writeSafetensors(folder.path() / "a.safetensors", tensors, {{"who", "test"}});
    const Checkpoint checkpoint = Checkpoint::openFile(folder.path() / "a.safetensors");
    COMPARE(checkpoint.tensors().size(), tensors.size());
    COMPARE(checkpoint.metadata().at("who"), "test");
    for (const auto& [name, value] : tensors) {
        for (const Tensor& back : {checkpoint.load(name), checkpoint.read(name)}) {
            VERIFY(back.scalar_type() == value.scalar_type());
            VERIFY2(back.sizes() == value.sizes() &&
                        std::memcmp(back.data_ptr(), value.data_ptr(), value.nbytes()) == 0,
                    name); // not every type knows equal()
            VERIFY(value.numel() == 0 ||
                   reinterpret_cast<std::uintptr_t>(back.data_ptr()) % 64 == 0);
        }
    }
    VERIFY_FAILS(checkpoint.load("other"), ErrorCode::NotFound, "no tensor other in");
}

TEST(editingAMappedWeightNeverReachesTheFile)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "a.safetensors";
    writeSafetensors(file, {{"w", at::ones({16})}});
    const std::string before = readFile(file);
    const Checkpoint checkpoint = Checkpoint::openFile(file);
    checkpoint.load("w").zero_();
    COMPARE(checkpoint.load("w").sum().item<float>(), 0.0F); // the same private mapping
    COMPARE(checkpoint.read("w").sum().item<float>(), 16.0F);
    VERIFY(readFile(file) == before);
}

TEST(aViewOutlivesItsCheckpoint)
{
    const test::TempFolder folder;
    writeSafetensors(folder.path() / "a.safetensors", {{"w", at::arange(4)}});
    Tensor view;
    {
        const Checkpoint checkpoint = Checkpoint::openFile(folder.path() / "a.safetensors");
        view = checkpoint.load("w");
    }
    COMPARE(view.sum().item<std::int64_t>(), 6);
}

TEST(dataStartsAtAMultipleOf64)
{
    const test::TempFolder folder;
    for (const std::string name : {"w", "ww", "a longer name"}) {
        writeSafetensors(folder.path() / "a.safetensors", {{name, at::ones({3})}});
        COMPARE(Checkpoint::openFile(folder.path() / "a.safetensors").find(name)->begin % 64, 0);
    }
}

TEST(shardsAndIndexComeBackInOrder)
{
    const test::TempFolder folder;
    const Tensor a = at::arange(8).to(at::kFloat), b = a * 2, c = a * 3;
    // 32 bytes each: the second does not fit beside the first.
    writeCheckpoint(folder.path(), {toWrite("a", a), toWrite("b", b), toWrite("c", c)},
                    {.shardBytes = 64});
    const Checkpoint checkpoint = Checkpoint::open(folder.path());
    COMPARE(checkpoint.files().size(), 2U);
    VERIFY(at::equal(checkpoint.load("c"), c));
    COMPARE(checkpoint.find("b")->shard, 0U);
    COMPARE(checkpoint.find("c")->shard, 1U);

    const Path second = folder.path() / "model-00002-of-00002.safetensors";
    const Path aside = folder.path() / "aside";
    std::filesystem::rename(second, aside);
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::NotFound,
                 "model-00002-of-00002.safetensors");
    writeSafetensors(second, {{"other", a}});
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::Corrupt, "places the tensor c in");
    writeSafetensors(second, {{"a", a}, {"c", c}});
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::Corrupt, "The tensor a is in");
}

TEST(anIndexMayNotPointElsewhere)
{
    const test::TempFolder folder;
    const auto openWith = [&](const std::string& index) {
        writeFileAtomically(folder.path() / "model.safetensors.index.json", index);
        return Checkpoint::open(folder.path());
    };
    VERIFY_FAILS(openWith(R"({"weight_map": {"a": "../a.safetensors"}})"), ErrorCode::Corrupt,
                 "not the name of a file");
    VERIFY_FAILS(openWith(R"({"weight_map": {}})"), ErrorCode::Corrupt, "no weight_map");
    VERIFY_FAILS(openWith("{"), ErrorCode::Corrupt, "not valid JSON");
}

TEST(aSingleFileReplacesEarlierShards)
{
    const test::TempFolder folder;
    const Tensor a = at::ones({8});
    writeCheckpoint(folder.path(), {toWrite("a", a), toWrite("b", a)}, {.shardBytes = 32});
    writeCheckpoint(folder.path(), {toWrite("a", a * 2)});
    COMPARE(Checkpoint::open(folder.path()).load("a").sum().item<float>(), 16.0F);
    VERIFY(!std::filesystem::exists(folder.path() / "model.safetensors.index.json"));
}

TEST(aWrongShapeLeavesNoFile)
{
    const test::TempFolder folder;
    TensorToWrite wrong = toWrite("a", at::ones({8}));
    wrong.shape = {4};
    VERIFY_FAILS(writeCheckpoint(folder.path(), {wrong}), ErrorCode::Internal,
                 "announced as [4] and came as [8]");
    VERIFY(std::filesystem::is_empty(folder.path()));
    VERIFY_FAILS(
        writeCheckpoint(folder.path(), {toWrite("a", at::ones(1)), toWrite("a", at::ones(1))}),
        ErrorCode::Internal, "written twice");
}

TEST(pickleFilesAreRefusedWithAdvice)
{
    const test::TempFolder folder;
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::NotFound,
                 "neither model.safetensors nor");
    writeFileAtomically(folder.path() / "pytorch_model.bin", "x");
    writeFileAtomically(folder.path() / "training_args.bin", "x");
    const std::string pattern = "glob.glob('" + folder.path().string() + "/pytorch_model*.bin')";
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::Unsupported, pattern);
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::Unsupported, "weights_only=True");
    for (const char* name : {"model.pth", "last.ckpt", "a.pt"}) {
        const test::TempFolder other;
        writeFileAtomically(other.path() / name, "x");
        VERIFY_FAILS(Checkpoint::open(other.path()), ErrorCode::Unsupported, name);
    }
    VERIFY_FAILS(Checkpoint::open(folder.path() / "none"), ErrorCode::NotFound, "no model folder");
}

TEST(aMissingShardIsNamed)
{
    const test::TempFolder folder;
    WriteOptions options{.shardBytes = 16};
    const Tensor a = at::ones({4}), b = at::ones({4});
    writeCheckpoint(folder.path(), {toWrite("a", a), toWrite("b", b)}, options);
    const Path second = folder.path() / "model-00002-of-00002.safetensors";
    VERIFY(std::filesystem::remove(second));
    VERIFY_FAILS(Checkpoint::open(folder.path()), ErrorCode::NotFound,
                 "The shard " + second.filename().string() + " named in");
}

TEST(aBaseModelsTensorsGetThePrefixOfTheWholeModel)
{
    const test::TempFolder folder;
    const Tensor one = at::ones({4});
    writeCheckpoint(folder.path(), {toWrite("embed_tokens.weight", one),
                                    toWrite("layers.0.input_layernorm.weight", one * 2)});
    const Checkpoint checkpoint = Checkpoint::open(folder.path());
    VERIFY(at::equal(checkpoint.read("model.layers.0.input_layernorm.weight"), one * 2));
    VERIFY(checkpoint.find("embed_tokens.weight") == nullptr);
}

TEST(overlaysComeFirstAndTheNewestWins)
{
    const test::TempFolder folder;
    const Path base = folder.path() / "base.safetensors", over = folder.path() / "over.safetensors";
    writeSafetensors(base, {{"a", at::zeros({2})}, {"b", at::zeros({3})}});
    WeightSource source(Checkpoint::openFile(base));
    writeSafetensors(over, {{"a", at::ones({2})}});
    source.overlay(over);
    COMPARE(source.read("a").sum().item<float>(), 2.0F);
    COMPARE(source.read("b").numel(), 3);
    VERIFY(source.shapeOf("b") == (std::vector<std::int64_t>{3}));
    writeSafetensors(over, {{"a", at::full({2}, 5.0)}});
    source.overlay(over);
    COMPARE(source.read("a").sum().item<float>(), 10.0F);
    VERIFY(source.has("b") && !source.has("c"));
    VERIFY_FAILS(source.shapeOf("c"), ErrorCode::NotFound, "no tensor c");
}
