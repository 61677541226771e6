// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/eval/Evaluation.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;
using namespace espalier::test;

namespace {

void noStep(std::int64_t, std::int64_t) {}

TensorToWrite toWrite(const std::string& name, const Tensor& tensor)
{
    return {.name = name,
            .dtype = tensor.scalar_type(),
            .shape = tensor.sizes().vec(),
            .produce = [tensor] { return tensor; }};
}

} // namespace

TEST(countsByHand)
{
    const TempFolder folder;
    Tensor linear = at::ones({3, 5}); // 15 weights, 6 of them zero (one is -0.0)
    linear[0].zero_();
    linear[2][4] = -0.0F;
    Tensor embedding = at::ones({4, 5});
    embedding[1].zero_();
    const Tensor norm = at::ones({5});
    writeCheckpoint(folder.path(), {toWrite("model.embed_tokens.weight", embedding),
                                    toWrite("model.layers.0.mlp.up_proj.weight", linear),
                                    toWrite("model.layers.0.input_layernorm.weight", norm)});
    const FootprintResult result = footprint(folder.path(), noStep);
    COMPARE(result.parameters, 20 + 15 + 5);
    COMPARE(result.zeros, 5 + 6);
    COMPARE(result.linearParameters, 15);
    COMPARE(result.linearZeros, 6);
    // 15 bits are 2 bytes, 9 weights of 4 bytes are left; the rest stays dense.
    COMPARE(result.bitmaskBytes, (2 + 9 * 4) + (20 + 5) * 4);
    const auto bytes =
        static_cast<std::int64_t>(std::filesystem::file_size(folder.path() / "model.safetensors"));
    COMPARE(result.bytes, bytes);
    COMPARE_CLOSE(result.bitsPerWeight, 8.0 * static_cast<double>(bytes) / 40, 1e-12);
}

TEST(halfPrecisionCountsTwoBytes)
{
    const TempFolder folder;
    Tensor linear = at::ones({2, 8}, at::kBFloat16);
    linear[1].zero_();
    writeCheckpoint(folder.path(), {toWrite("transformer.h.3.attn.c_attn.weight", linear)});
    const FootprintResult result = footprint(folder.path(), noStep);
    COMPARE(result.linearZeros, 8);
    COMPARE(result.bitmaskBytes, 2 + 8 * 2);
}

TEST(zerosCompressAndNoiseDoesNot)
{
    const TempFolder folder;
    at::manual_seed(1);
    const Tensor noise = at::randint(0, 256, {3 << 20}, at::kByte); // more than one piece
    writeCheckpoint(folder.path(), {toWrite("noise", noise.view(at::kFloat))});
    const FootprintResult full = footprint(folder.path(), noStep);
    VERIFY(full.compressedBytes > 3 << 20);
    VERIFY(full.compressedBytes < full.bytes + 4096);
    writeCheckpoint(folder.path(), {toWrite("zeros", at::zeros({3 << 18}))});
    const FootprintResult empty = footprint(folder.path(), noStep);
    COMPARE(empty.zeros, 3 << 18);
    VERIFY(empty.compressedBytes < 4096);
    VERIFY(empty.compressedBytes > 0);
}

TEST(progressEndsAtTheTotal)
{
    const TempFolder folder;
    writeCheckpoint(folder.path(), {toWrite("x", at::ones({1000}))});
    std::int64_t last = 0, most = 0;
    footprint(folder.path(), [&](std::int64_t done, std::int64_t total) {
        VERIFY(done >= last && done <= total);
        last = done;
        most = total;
    });
    COMPARE(last, most);
}

TEST(missingFolderIsRefused)
{
    VERIFY_FAILS(footprint("/nonexistent/model", noStep), ErrorCode::NotFound,
                 "/nonexistent/model");
}
