// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/KldBaseFile.h"

#include "core/base/Error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace espalier {

namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

constexpr std::string_view kMagic = "_logits_";
constexpr std::size_t kFixedBytes = kMagic.size() + 3 * sizeof(std::int32_t);
constexpr float kDepth = 16.0F; // nat below the likeliest token that are told apart
constexpr float kSteps = 65535.0F;
constexpr std::int64_t kMostLength = 1 << 24;
constexpr std::int64_t kMostVocabulary = 1 << 24;

void writeAll(std::ofstream& out, const void* data, std::size_t bytes, const Path& file)
{
    out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    if (!out) {
        throw Error(ErrorCode::Io,
                    "Writing " + std::to_string(bytes) + " bytes to " + file.string() +
                        " failed: " + std::error_code(errno, std::generic_category()).message() +
                        ".");
    }
}

[[noreturn]] void corrupt(const Path& file, const std::string& what)
{
    throw Error(ErrorCode::Corrupt, file.string() + " " + what);
}

void checkSizes(const KldBaseHeader& header, const std::string& name)
{
    const bool fits = header.length >= 4 && header.length <= kMostLength &&
                      header.vocabulary >= 1 && header.vocabulary <= kMostVocabulary &&
                      header.chunks >= 1 && header.chunks <= INT32_MAX;
    // With these bounds a chunk's size in bytes cannot overflow; the number of chunks could.
    const std::int64_t chunkBytes =
        fits ? header.rows() * header.rowWords() * 2 + header.length * 4 : 1;
    if (!fits || header.chunks > INT64_MAX / chunkBytes - 1) {
        throw Error(ErrorCode::Corrupt,
                    name + " says " + std::to_string(header.chunks) + " chunks of " +
                        std::to_string(header.length) + " tokens and a vocabulary of " +
                        std::to_string(header.vocabulary) + ", which no file of base logits has.");
    }
}

} // namespace

std::int64_t KldBaseHeader::bytes() const
{
    return static_cast<std::int64_t>(kFixedBytes) + chunks * (length * 4 + rows() * rowWords() * 2);
}

std::vector<std::uint16_t> kldBaseWords(std::span<const float> logits)
{
    const KldBaseHeader sizes{.vocabulary = static_cast<std::int64_t>(logits.size())};
    std::vector<std::uint16_t> words(static_cast<std::size_t>(sizes.rowWords()), 0);
    const auto [least, most] = std::ranges::minmax(logits);
    const float lowest = std::max(least, most - kDepth);
    double sum = 0.0;
    for (const float logit : logits) {
        sum += static_cast<double>(std::exp(logit - most));
    }
    const auto logSum = static_cast<float>(std::log(sum));
    const std::array<float, 2> head{(most - lowest) / kSteps, lowest - most - logSum};
    std::memcpy(words.data(), head.data(), sizeof head);
    if (head[0] > 0.0F) {
        const float inverse = 1.0F / head[0];
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const float step = std::nearbyint(inverse * (logits[i] - lowest));
            words[i + 4] = static_cast<std::uint16_t>(std::clamp(step, 0.0F, kSteps));
        }
    }
    return words;
}

struct KldBaseWriter::State {
    Path file, temporary;
    KldBaseHeader header;
    std::int64_t missing = 0;
    std::ofstream out;
};

KldBaseWriter::KldBaseWriter(const Path& file, const KldBaseHeader& header,
                             std::span<const std::int32_t> tokens)
    : m_state(std::make_unique<State>())
{
    checkSizes(header, file.string());
    if (static_cast<std::int64_t>(tokens.size()) != header.chunks * header.length) {
        throw Error(ErrorCode::InvalidInput,
                    std::to_string(header.chunks) + " chunks of " + std::to_string(header.length) +
                        " tokens are to be written, " + std::to_string(tokens.size()) +
                        " tokens were given.");
    }
    State& state = *m_state;
    state.file = file;
    state.temporary = file.string() + ".tmp" + std::to_string(::getpid());
    state.header = header;
    state.missing = header.chunks * header.rows();
    state.out.open(state.temporary, std::ios::binary | std::ios::trunc);
    const std::array<std::int32_t, 3> sizes{static_cast<std::int32_t>(header.length),
                                            static_cast<std::int32_t>(header.vocabulary),
                                            static_cast<std::int32_t>(header.chunks)};
    writeAll(state.out, kMagic.data(), kMagic.size(), state.temporary);
    writeAll(state.out, sizes.data(), sizeof sizes, state.temporary);
    writeAll(state.out, tokens.data(), tokens.size_bytes(), state.temporary);
}

KldBaseWriter::~KldBaseWriter()
{
    if (!m_state->temporary.empty()) {
        m_state->out.close();
        std::error_code ignored;
        std::filesystem::remove(m_state->temporary, ignored);
    }
}

void KldBaseWriter::row(std::span<const float> logits)
{
    if (static_cast<std::int64_t>(logits.size()) != m_state->header.vocabulary ||
        m_state->missing < 1) {
        throw Error(ErrorCode::Internal, "A row of " + std::to_string(logits.size()) +
                                             " logits does not belong into " +
                                             m_state->file.string() + ".");
    }
    const std::vector<std::uint16_t> words = kldBaseWords(logits);
    writeAll(m_state->out, words.data(), words.size() * sizeof(std::uint16_t), m_state->temporary);
    --m_state->missing;
}

void KldBaseWriter::finish()
{
    State& state = *m_state;
    if (state.missing > 0) {
        throw Error(ErrorCode::Internal, std::to_string(state.missing) + " rows of " +
                                             state.file.string() + " were not written.");
    }
    state.out.flush();
    writeAll(state.out, nullptr, 0, state.temporary);
    state.out.close();
    std::error_code failure;
    std::filesystem::rename(state.temporary, state.file, failure);
    if (failure) {
        throw Error(ErrorCode::Io, "Renaming " + state.temporary.string() + " to " +
                                       state.file.string() + " failed: " + failure.message() + ".");
    }
    state.temporary.clear();
}

struct KldBaseReader::State {
    Path file;
    KldBaseHeader header;
    std::vector<std::int32_t> tokens;
    std::vector<std::uint16_t> words; // of one chunk
    std::ifstream in;

    void read(void* data, std::size_t bytes)
    {
        in.read(static_cast<char*>(data), static_cast<std::streamsize>(bytes));
        if (in.gcount() != static_cast<std::streamsize>(bytes)) {
            corrupt(file, "ends in the middle of its rows.");
        }
    }
};

KldBaseReader::KldBaseReader(const Path& file)
    : m_state(std::make_unique<State>())
{
    State& state = *m_state;
    state.file = file;
    std::error_code failure;
    const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, failure));
    if (failure) {
        throw Error(failure == std::errc::no_such_file_or_directory ? ErrorCode::NotFound
                                                                    : ErrorCode::Io,
                    file.string() + " cannot be read: " + failure.message() + ".");
    }
    state.in.open(file, std::ios::binary);
    std::array<char, kFixedBytes> head{};
    state.in.read(head.data(), head.size());
    if (!state.in || std::string_view(head.data(), kMagic.size()) != kMagic) {
        corrupt(file, "is no file of base logits: it does not begin with \"_logits_\". llama.cpp "
                      "writes one with llama-perplexity --kl-divergence-base, this program with "
                      "--write-kld.");
    }
    std::array<std::int32_t, 3> sizes{};
    std::memcpy(sizes.data(), head.data() + kMagic.size(), sizeof sizes);
    state.header = {.length = sizes[0], .vocabulary = sizes[1], .chunks = sizes[2]};
    checkSizes(state.header, file.string());
    if (state.header.bytes() != bytes) {
        corrupt(file, "has " + std::to_string(bytes) + " bytes; " +
                          std::to_string(state.header.chunks) + " chunks of " +
                          std::to_string(state.header.length) + " tokens over " +
                          std::to_string(state.header.vocabulary) + " ids take " +
                          std::to_string(state.header.bytes()) +
                          ". It was cut off or is another "
                          "kind of file.");
    }
    state.tokens.resize(static_cast<std::size_t>(state.header.chunks * state.header.length));
    state.read(state.tokens.data(), state.tokens.size() * sizeof(std::int32_t));
    for (const std::int32_t token : state.tokens) {
        if (token < 0 || token >= state.header.vocabulary) {
            corrupt(file, "holds token id " + std::to_string(token) + ", its vocabulary ends at " +
                              std::to_string(state.header.vocabulary - 1) + ".");
        }
    }
    state.words.resize(static_cast<std::size_t>(state.header.rows() * state.header.rowWords()));
}

KldBaseReader::~KldBaseReader() = default;

const KldBaseHeader& KldBaseReader::header() const
{
    return m_state->header;
}

std::span<const std::int32_t> KldBaseReader::tokens() const
{
    return m_state->tokens;
}

std::vector<KldBaseRow> KldBaseReader::nextChunk()
{
    State& state = *m_state;
    state.read(state.words.data(), state.words.size() * sizeof(std::uint16_t));
    std::vector<KldBaseRow> rows;
    const auto words = static_cast<std::size_t>(state.header.rowWords());
    for (std::int64_t i = 0; i < state.header.rows(); ++i) {
        const std::uint16_t* first = state.words.data() + static_cast<std::size_t>(i) * words;
        std::array<float, 2> head{};
        std::memcpy(head.data(), first, sizeof head);
        if (!std::isfinite(head[0]) || !std::isfinite(head[1]) || head[0] < 0.0F) {
            corrupt(state.file, "holds a row whose scale or lowest log-probability is not a "
                                "number.");
        }
        rows.push_back({.scale = head[0],
                        .lowest = head[1],
                        .steps = {first + 4, static_cast<std::size_t>(state.header.vocabulary)}});
    }
    return rows;
}

} // namespace espalier
