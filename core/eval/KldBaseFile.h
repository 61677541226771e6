// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace espalier {

// llama.cpp's file of a base model's distributions (`llama-perplexity --kl-divergence-base FILE`),
// little-endian:
//
//   "_logits_"                    8 bytes
//   n_ctx, n_vocab, n_chunk       int32 each
//   tokens                        int32 [n_chunk x n_ctx], as tokenised (BOS not put in)
//   rows                          uint16 [n_chunk x (n_ctx - 1 - n_ctx/2) x nv],
//                                 nv = 2 ((n_vocab + 1) / 2) + 4
//
// A row is the distribution behind position n_ctx/2, n_ctx/2 + 1, ...: scale and lowest
// log-probability as fp32, then for each token q in 0 .. 65535 with log p = lowest + scale q.
// Log-probabilities below the highest one's - 16 are raised to it.

struct ESPALIER_API KldBaseHeader {
    std::int64_t length = 0, vocabulary = 0, chunks = 0;

    /// Scored positions of a chunk.
    std::int64_t rows() const { return length - 1 - length / 2; }

    /// uint16 values of a row.
    std::int64_t rowWords() const { return 2 * ((vocabulary + 1) / 2) + 4; }

    std::int64_t bytes() const;
};

/// Writes a file from its logits, row after row. Into a temporary file beside it that finish()
/// renames; without finish() nothing is left behind.
class ESPALIER_API KldBaseWriter {
public:
    /// `tokens`: [chunks x length]. Throws InvalidInput for sizes that do not fit, Io.
    KldBaseWriter(const Path& file, const KldBaseHeader& header,
                  std::span<const std::int32_t> tokens);
    ~KldBaseWriter();
    KldBaseWriter(const KldBaseWriter&) = delete;
    KldBaseWriter& operator=(const KldBaseWriter&) = delete;

    void row(std::span<const float> logits);
    /// Throws Internal when rows are missing.
    void finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// A distribution of the file.
struct KldBaseRow {
    float scale = 0.0F, lowest = 0.0F;
    std::span<const std::uint16_t> steps = {}; // of every token

    float logProbability(std::size_t token) const
    {
        return scale * static_cast<float>(steps[token]) + lowest;
    }
};

/// Reads such a file chunk by chunk. Checks magic, sizes against the file's length and token ids
/// before it returns: Corrupt, NotFound or Io in words.
class ESPALIER_API KldBaseReader {
public:
    explicit KldBaseReader(const Path& file);
    ~KldBaseReader();
    KldBaseReader(const KldBaseReader&) = delete;
    KldBaseReader& operator=(const KldBaseReader&) = delete;

    const KldBaseHeader& header() const;
    /// [chunks x length]
    std::span<const std::int32_t> tokens() const;
    /// The next chunk's rows; they are valid until the next call. Throws Corrupt for a scale or
    /// lowest value that is no number.
    std::vector<KldBaseRow> nextChunk();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The words of one row, as KldBaseWriter writes them.
ESPALIER_API std::vector<std::uint16_t> kldBaseWords(std::span<const float> logits);

} // namespace espalier
