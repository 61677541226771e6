// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/KldPass.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <bit>
#include <cstring>
#include <fstream>

using namespace espalier;
using namespace espalier::test;
using namespace std::string_literals;

namespace {

template <class T>
std::string bytesOf(std::initializer_list<T> values)
{
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), values.begin(), bytes.size());
    return bytes;
}

/// Two chunks of 6 over 3 tokens: two scored positions a chunk, eight words a row.
const std::vector<std::int32_t> kTokens{0, 1, 0, 1, 2, 0, 1, 1, 0, 0, 1, 2};

std::string smallFile()
{
    std::string bytes = "_logits_" + bytesOf<std::int32_t>({6, 3, 2});
    for (const std::int32_t token : kTokens) {
        bytes += bytesOf<std::int32_t>({token});
    }
    for (int row = 0; row < 4; ++row) {
        bytes += bytesOf<float>({1e-5F, -2.0F}) + bytesOf<std::uint16_t>({0, 100, 65535, 0});
    }
    return bytes;
}

Path written(const TempFolder& temp, const std::string& bytes)
{
    const Path file = temp.path() / "base.kld";
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

TableModel model(double favourite)
{
    Tensor logits = at::zeros({3, 3});
    logits[1][0] = favourite;
    return TableModel(logits);
}

} // namespace

TEST(aRowByHand)
{
    // Logits 0, ln 2, -30: the last is raised to 16 below the highest. log sum = ln 1.5 (the third
    // is nothing); lowest -16 - ln 1.5, 65535 steps up to -ln 1.5, and ln 2 below that 62696
    // (65535 (1 - ln 2 / 16) = 62695.9).
    const std::vector<float> logits{0.0F, std::log(2.0F), -30.0F};
    const std::vector<std::uint16_t> words = kldBaseWords(logits);
    COMPARE(words.size(), 8U);
    float head[2];
    std::memcpy(head, words.data(), sizeof head);
    COMPARE_CLOSE(head[0], 16.0 / 65535.0, 1e-9);
    COMPARE_CLOSE(head[1], -16.0 - std::log(1.5), 1e-5);
    COMPARE(words[4], 62696);
    COMPARE(words[5], 65535);
    COMPARE(words[6], 0);
    COMPARE(words[7], 0); // an odd vocabulary is rounded up
    const std::vector<std::uint16_t> even = kldBaseWords(std::vector<float>{1.0F, 1.0F});
    COMPARE(even.size(), 6U);
    std::memcpy(head, even.data(), sizeof head);
    COMPARE(head[0], 0.0F); // no range, no steps
    COMPARE_CLOSE(head[1], -std::log(2.0), 1e-6);
}

TEST(readsTheLayoutOfLlamaCpp)
{
    const TempFolder temp;
    KldBaseReader reader(written(temp, smallFile()));
    COMPARE(reader.header().length, 6);
    COMPARE(reader.header().vocabulary, 3);
    COMPARE(reader.header().chunks, 2);
    COMPARE(reader.header().rows(), 2);
    COMPARE(reader.header().bytes(), static_cast<std::int64_t>(smallFile().size()));
    COMPARE(std::vector<std::int32_t>(reader.tokens().begin(), reader.tokens().end()), kTokens);
    const std::vector<KldBaseRow> rows = reader.nextChunk();
    COMPARE(rows.size(), 2U);
    COMPARE_CLOSE(rows[1].logProbability(0), -2.0, 1e-6);
    COMPARE_CLOSE(rows[1].logProbability(1), -1.999, 1e-6);
    COMPARE_CLOSE(rows[1].logProbability(2), -2.0 + 0.65535, 1e-6);
    reader.nextChunk();
    VERIFY_FAILS(reader.nextChunk(), ErrorCode::Corrupt, "ends in the middle");
}

TEST(refusesWhatIsNoBaseFile)
{
    const TempFolder temp;
    const auto open = [&](const std::string& bytes) { KldBaseReader reader(written(temp, bytes)); };
    std::string bytes = smallFile();
    VERIFY_FAILS(open(bytes.substr(0, bytes.size() - 1)), ErrorCode::Corrupt, "was cut off");
    VERIFY_FAILS(open(bytes + "x"), ErrorCode::Corrupt, "was cut off");
    VERIFY_FAILS(open(bytes.substr(0, 12)), ErrorCode::Corrupt, "does not begin");
    VERIFY_FAILS(open(""), ErrorCode::Corrupt, "does not begin");
    VERIFY_FAILS(open("_Logits_" + bytes.substr(8)), ErrorCode::Corrupt, "does not begin");
    const auto with = [&](std::size_t at, std::int32_t value) {
        std::string changed = bytes;
        std::memcpy(changed.data() + at, &value, sizeof value);
        return changed;
    };
    VERIFY_FAILS(open(with(8, -6)), ErrorCode::Corrupt, "which no file of base logits has");
    VERIFY_FAILS(open(with(8, INT32_MAX)), ErrorCode::Corrupt, "which no file of base logits has");
    VERIFY_FAILS(open(with(12, 0)), ErrorCode::Corrupt, "which no file of base logits has");
    VERIFY_FAILS(open(with(16, INT32_MAX)), ErrorCode::Corrupt, "was cut off");
    VERIFY_FAILS(open(with(20, 3)), ErrorCode::Corrupt, "token id 3");
    VERIFY_FAILS(open(with(24, -1)), ErrorCode::Corrupt, "token id -1");
    VERIFY_FAILS(KldBaseReader(temp.path() / "none"), ErrorCode::NotFound, "none");
    KldBaseReader broken(written(temp, with(68, std::bit_cast<std::int32_t>(NAN))));
    VERIFY_FAILS(broken.nextChunk(), ErrorCode::Corrupt, "not a number");
}

TEST(whatIsWrittenIsReadAgain)
{
    const TempFolder temp;
    const Path file = temp.path() / "base.kld";
    TableModel base = model(std::log(2.0));
    const WrittenKldBase written =
        writeKldBase(base, kTokens, {.length = 6, .batch = 1}, file, noStep);
    const KldBaseHeader& header = written.header;
    const ProtocolResult chunks = chunkPerplexity(base, kTokens, {.length = 6}, noStep);
    COMPARE_CLOSE(written.perplexity.nll, chunks.nll, 1e-5);
    COMPARE_CLOSE(written.perplexity.perplexity.standardError, chunks.perplexity.standardError,
                  1e-5);
    COMPARE(header.chunks, 2);
    COMPARE(static_cast<std::int64_t>(std::filesystem::file_size(file)), header.bytes());
    COMPARE(std::distance(std::filesystem::directory_iterator(temp.path()), {}), 1); // no .tmp
    // Against itself, nothing but the rounding of the steps is left.
    const KldComparison same = compareWithKldBase(base, file, {.batch = 2}, noStep);
    COMPARE(same.tokens.size(), 4U);
    for (const KldToken& token : same.tokens) {
        COMPARE_CLOSE(token.kld, 0.0, 1e-4);
        COMPARE_CLOSE(token.probabilityDifference, 0.0, 1e-4);
        VERIFY(token.sameTop);
    }
    // Chunk 1 scores 1->2 and 2->0, chunk 2 0->1 and 1->2. After 1 the base says 1/2 1/4 1/4, the
    // other 1/3 each: 1/2 ln 3/2 + 1/2 ln 3/4.
    TableModel other = model(0.0);
    const KldComparison result = compareWithKldBase(other, file, {.batch = 2}, noStep);
    const double expected = 0.5 * std::log(1.5) + 0.5 * std::log(0.75);
    COMPARE_CLOSE(result.tokens[0].kld, expected, 1e-5);
    COMPARE_CLOSE(result.tokens[1].kld, 0.0, 1e-5);
    COMPARE_CLOSE(result.tokens[3].kld, expected, 1e-5);
    COMPARE_CLOSE(result.tokens[0].probabilityDifference, 1.0 / 3.0 - 0.25, 1e-5);
    COMPARE_CLOSE(result.tokens[0].baseNll, std::log(4.0), 1e-5);
    COMPARE_CLOSE(result.tokens[0].nll, std::log(3.0), 1e-5);
    COMPARE_CLOSE(result.chunkMeans[1], expected / 2, 1e-5);
    TableModel larger(at::zeros({4, 4}));
    VERIFY_FAILS(compareWithKldBase(larger, file, {}, noStep), ErrorCode::InvalidInput,
                 "4 entries");
}

TEST(aStoppedWriteLeavesNothing)
{
    const TempFolder temp;
    TableModel base = model(0.0);
    bool stopped = false;
    try {
        writeKldBase(base, kTokens, {.length = 6}, temp.path() / "base.kld",
                     [](std::int64_t, std::int64_t) { throw Cancelled{}; });
    } catch (const Cancelled&) {
        stopped = true;
    }
    VERIFY(stopped);
    VERIFY(std::filesystem::is_empty(temp.path()));
    VERIFY_FAILS(
        writeKldBase(base, kTokens, {.length = 6}, temp.path() / "no" / "base.kld", noStep),
        ErrorCode::Io, "failed");
}

TEST(statisticsByHand)
{
    // 20 tokens: kld 0 to 1.9 by tenths; dp 0.1 and -0.1 in turn but for one; nll 1 or 3, base
    // always 1 less.
    std::vector<KldToken> tokens;
    for (int i = 0; i < 20; ++i) {
        const float nll = i % 2 == 0 ? 3.0F : 1.0F;
        tokens.push_back({.kld = 0.1F * static_cast<float>(i),
                          .nll = nll,
                          .baseNll = nll - 1.0F,
                          .probabilityDifference = i % 2 == 0 ? 0.1F : -0.1F,
                          .sameTop = i < 15});
    }
    const KldStatistics result = kldStatistics(tokens);
    const Json json = toJson(result);
    const auto number = [&](const char* key) { return json.at(key).get<double>(); };
    COMPARE_CLOSE(number("mean_kld"), 0.95, 1e-6);
    // Squares of 0 .. 19 sum to 2470: variance 24.7 / 20 - 0.9025 = 0.3325, over 19.
    COMPARE_CLOSE(number("mean_kld_stderr"), std::sqrt(0.3325 / 19.0), 1e-6);
    COMPARE_CLOSE(number("median_kld"), 0.95, 1e-6);
    COMPARE_CLOSE(number("maximum_kld"), 1.9, 1e-6);
    COMPARE(number("minimum_kld"), 0.0);
    COMPARE_CLOSE(number("p99_kld"), 1.881, 1e-5); // place 18.81
    COMPARE_CLOSE(number("p999_kld"), 1.8981, 1e-5);
    COMPARE_CLOSE(number("mean_dp"), 0.0, 1e-7);
    COMPARE_CLOSE(number("mean_dp_stderr"), std::sqrt(0.01 / 19.0), 1e-6);
    COMPARE_CLOSE(number("rms_dp"), 0.1, 1e-6);
    COMPARE_CLOSE(number("same_top_p"), 0.75, 1e-12);
    COMPARE_CLOSE(number("same_top_p_stderr"), std::sqrt(0.75 * 0.25 / 19.0), 1e-12);
    COMPARE_CLOSE(number("perplexity"), std::exp(2.0), 1e-5);
    COMPARE_CLOSE(number("perplexity_stderr"), std::exp(2.0) / std::sqrt(19.0), 1e-5);
    COMPARE_CLOSE(number("log_perplexity_ratio"), 1.0, 1e-6);
    COMPARE_CLOSE(number("log_perplexity_ratio_stderr"), 0.0, 1e-6); // they vary as one
    COMPARE_CLOSE(number("correlation"), 1.0, 1e-6);
    const std::string text = kldText(result);
    VERIFY2(text.find("Mean    KLD:   0.950000 \u00B1   0.132288\n") != std::string::npos, text);
    VERIFY2(text.find("Same top p: 75.000 \u00B1 9.934 %\n") != std::string::npos, text);
    VERIFY2(text.find("99.9%   KLD:   1.898100\n") != std::string::npos, text);
    VERIFY_FAILS(kldStatistics({}), ErrorCode::InvalidInput, "one token");
}
