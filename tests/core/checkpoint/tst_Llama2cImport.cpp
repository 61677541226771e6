// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Llama2cImport.h"
#include "core/model/CausalLM.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>

using namespace espalier;

namespace {

constexpr int kHidden = 4, kInner = 3, kLayers = 1, kHeads = 1, kPositions = 8;
constexpr int kPieces = 259 + 4;

/// Numbers 1, 2, 3, ... as weights, so that the place of each shows; `vocabulary` negative: untied.
std::string weightFile(int vocabulary, std::size_t cut = 0)
{
    const int header[7] = {kHidden, kInner, kLayers, kHeads, kHeads, vocabulary, kPositions};
    std::string content(reinterpret_cast<const char*>(header), sizeof header);
    const int block = 2 * kHidden + 4 * kHidden * kHidden + 3 * kHidden * kInner;
    const int tables = kPositions * kHidden;
    const int count = kPieces * kHidden * (vocabulary < 0 ? 2 : 1) + block + kHidden + tables;
    for (int i = 1; i <= count; ++i) {
        const auto value = static_cast<float>(i);
        content.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return content.substr(0, content.size() - cut);
}

void append(std::string& content, float score, const std::string& text)
{
    const auto length = static_cast<int>(text.size());
    content.append(reinterpret_cast<const char*>(&score), sizeof score);
    content.append(reinterpret_cast<const char*>(&length), sizeof length);
    content += text;
}

std::string tokenizerFile()
{
    std::string content(4, '\0');
    append(content, 0, "<unk>");
    append(content, 0, "\n<s>\n");
    append(content, 0, "\n</s>\n");
    for (unsigned byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", byte);
        append(content, 0, name);
    }
    append(content, -1, " a");
    append(content, -2, "aa");
    append(content, -3, " ");
    append(content, -4, "a");
    return content;
}

Path imported(const test::TempFolder& folder, int vocabulary)
{
    writeFileAtomically(folder.path() / "m.bin", weightFile(vocabulary));
    writeFileAtomically(folder.path() / "t.bin", tokenizerFile());
    importLlama2c(folder.path() / "m.bin", folder.path() / "t.bin", folder.path() / "out");
    return folder.path() / "out";
}

} // namespace

TEST(eachWeightFindsItsPlace)
{
    const test::TempFolder folder;
    const auto model = CausalLM::open(imported(folder, kPieces));
    const float embedding = kPieces * kHidden;
    COMPARE(model->outerTensors()[0].second[0][0].item<float>(), 1.0F);
    const auto lease = model->lease(0);
    const auto linears = lease->linears();
    // After the embedding: one norm of 4, then q. Rows 0, 1, 2, 3 of q become 0, 2, 1, 3.
    const Tensor q = linears[0]->weight();
    const float first = embedding + kHidden + 1;
    COMPARE(q[0][0].item<float>(), first);
    COMPARE(q[1][0].item<float>(), first + 2 * kHidden);
    COMPARE(q[2][0].item<float>(), first + 1 * kHidden);
    COMPARE(q[3][3].item<float>(), first + 3 * kHidden + 3);
    // v and o are not rotated.
    COMPARE(linears[2]->weight()[1][0].item<float>(), first + 2 * kHidden * kHidden + kHidden);
    // q, k, v, o, the second norm, then w1 (gate), w2 (down), w3 (up).
    const float gate = first + 4 * kHidden * kHidden + kHidden;
    COMPARE(linears[4]->weight()[0][0].item<float>(), gate);
    COMPARE(linears[6]->weight()[0][0].item<float>(), gate + kHidden * kInner);
    COMPARE(linears[5]->weight()[0][0].item<float>(), gate + 2 * kHidden * kInner);
}

TEST(aNegativeVocabularyMeansAHeadOfItsOwn)
{
    const test::TempFolder folder;
    const auto model = CausalLM::open(imported(folder, -kPieces));
    VERIFY(!model->config().tiedEmbeddings);
    // The head follows the final norm and the two rotary tables.
    const int block = 2 * kHidden + 4 * kHidden * kHidden + 3 * kHidden * kInner;
    const int before = kPieces * kHidden + block + kHidden + kPositions * kHidden;
    COMPARE(model->headWeight()[0][0].item<float>(), static_cast<float>(before + 1));
}

TEST(mergesAreRebuiltFromScores)
{
    const test::TempFolder folder;
    const Path out = imported(folder, kPieces);
    const Json json = parseJson(readFile(out / "tokenizer.json"), "tokenizer.json");
    const Json expected = parseJson(R"([["\u2581", "a"], ["a", "a"]])", "expected");
    COMPARE(json["model"]["merges"], expected);
    COMPARE(json["model"]["vocab"]["<s>"], 1);
    COMPARE(json["model"]["vocab"]["\u2581a"], 259);
    VERIFY(json["model"]["byte_fallback"].get<bool>());
    COMPARE(json["added_tokens"].size(), 3U);
}

TEST(damagedFilesAreRefusedInWords)
{
    const test::TempFolder folder;
    const Path model = folder.path() / "m.bin", tokenizer = folder.path() / "t.bin",
               out = folder.path() / "out";
    const auto import = [&](const std::string& weights, const std::string& pieces) {
        writeFileAtomically(model, weights);
        writeFileAtomically(tokenizer, pieces);
        importLlama2c(model, tokenizer, out);
    };
    const std::string good = weightFile(kPieces), pieces = tokenizerFile();
    VERIFY_FAILS(import("abc", pieces), ErrorCode::Corrupt, "3 bytes, too few");
    VERIFY_FAILS(import(weightFile(kPieces, 4), pieces), ErrorCode::Corrupt, "it was cut off");
    VERIFY_FAILS(import(good + "more", pieces), ErrorCode::Corrupt, "4 bytes are left");
    VERIFY_FAILS(import(std::string(64, 'x'), pieces), ErrorCode::Corrupt,
                 "not a llama2.c legacy file");
    VERIFY_FAILS(import(good, pieces.substr(0, pieces.size() - 1)), ErrorCode::Corrupt,
                 "1 bytes, 0 are left");
    VERIFY_FAILS(import(good, pieces.substr(0, 40)), ErrorCode::Corrupt, "t.bin");
    VERIFY_FAILS(import(good, pieces + "more"), ErrorCode::Corrupt,
                 "4 bytes are left after the model's 263 pieces");
    VERIFY_FAILS(importLlama2c(folder.path() / "none", tokenizer, out), ErrorCode::NotFound,
                 "none");
    VERIFY(!std::filesystem::exists(out / "config.json"));
}

TEST(aFolderThatHoldsSomethingIsLeftAsItIs)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "m.bin", weightFile(kPieces));
    writeFileAtomically(folder.path() / "t.bin", tokenizerFile());
    const Path out = folder.path() / "out";
    makeFolder(out);
    writeFileAtomically(out / "model.safetensors", "someone's");
    VERIFY_FAILS(importLlama2c(folder.path() / "m.bin", folder.path() / "t.bin", out),
                 ErrorCode::InvalidInput, "is there already");
    COMPARE(readFile(out / "model.safetensors"), "someone's");
    COMPARE(std::distance(std::filesystem::directory_iterator(out), {}), 1);
}
