// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/CalibrationSet.h"

#include "core/base/Error.h"
#include "core/base/Random.h"
#include "core/base/Sha256.h"
#include "core/data/TextCorpus.h"
#include "core/data/TokenFile.h"
#include "core/tokenizer/Tokenizer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>

namespace espalier {

namespace {

using Ids = std::span<const std::int32_t>;

void checkIds(Ids ids, std::int64_t vocabSize, const DataSpec& spec)
{
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] < 0 || ids[i] >= vocabSize) {
            throw Error(ErrorCode::InvalidInput, spec.source + ": token " + std::to_string(i) +
                                                     " has the id " + std::to_string(ids[i]) +
                                                     ", the model's vocabulary ends at " +
                                                     std::to_string(vocabSize - 1) +
                                                     ". The tokens belong to another model.");
        }
    }
}

std::int64_t checkedWindows(const DataSpec& spec, std::int64_t tokens, bool overlapping)
{
    const std::int64_t available = tokens / spec.length;
    if (available == 0) {
        throw Error(ErrorCode::InvalidInput,
                    spec.source + " gives " + std::to_string(tokens) + " tokens, one window has " +
                        std::to_string(spec.length) + ". Use a longer text or a smaller length.");
    }
    if (spec.windows > available && !overlapping) {
        throw Error(ErrorCode::InvalidInput, spec.source + " gives " + std::to_string(available) +
                                                 " windows of " + std::to_string(spec.length) +
                                                 " tokens, " + std::to_string(spec.windows) +
                                                 " are asked for.");
    }
    return available;
}

/// Where the windows start. Sampled: start k is Random(seed)'s k-th draw below tokens - length + 1,
/// so every start is equally likely, windows may overlap, and fewer windows are the beginning of
/// more.
std::vector<std::int64_t> startsOf(const DataSpec& spec, std::int64_t tokens, std::int64_t count,
                                   Windows how, std::uint64_t seed)
{
    std::vector<std::int64_t> starts;
    Random random(seed);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto choices = static_cast<std::uint64_t>(tokens - spec.length + 1);
        starts.push_back(how == Windows::Sampled ? static_cast<std::int64_t>(random.below(choices))
                                                 : i * spec.length);
    }
    return starts;
}

Tensor cutWindows(Ids ids, const std::vector<std::int64_t>& starts, std::int64_t length)
{
    Tensor tokens = at::empty({static_cast<std::int64_t>(starts.size()), length}, at::kInt);
    auto* out = tokens.data_ptr<std::int32_t>();
    for (const std::int64_t start : starts) {
        out =
            std::ranges::copy(
                ids.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(length)), out)
                .out;
    }
    return tokens;
}

std::string fingerprintOf(const Tensor& tokens)
{
    Sha256 hash;
    hash.add(tokens.data_ptr<std::int32_t>(), tokens.nbytes());
    return hash.hex();
}

void checkSpec(const DataSpec& spec)
{
    if (spec.length < 2) {
        throw Error(ErrorCode::InvalidInput,
                    spec.source + ": a window of " + std::to_string(spec.length) +
                        " tokens predicts nothing. Give a length of 2 or more.");
    }
    if (spec.windows < 0) {
        throw Error(ErrorCode::InvalidInput,
                    spec.source + ": " + std::to_string(spec.windows) +
                        " windows are asked for. Give 1 or more, or 0 for all.");
    }
}

} // namespace

CalibrationSet loadWindows(const DataSpec& spec, const Path& modelFolder, std::int64_t vocabSize,
                           Windows how, std::uint64_t seed, const DataFolders& folders)
{
    checkSpec(spec);
    const DataSource source = parseDataSource(spec.source, folders);
    requireReadable(source.file);
    CalibrationSet set{.source = spec.source, .name = source.name, .seed = seed};
    std::vector<std::int32_t> ids;
    if (source.kind == SourceKind::Tokens) {
        ids = readTokenFile(source.file);
        how = Windows::InOrder; // the file is the choice
    } else {
        const std::string text = readText(source);
        set.textFingerprint = sha256Of(text);
        ids = tokensOf(source, text, *Tokenizer::open(modelFolder));
    }
    const auto count = static_cast<std::int64_t>(ids.size());
    set.available = checkedWindows(spec, count, how == Windows::Sampled);
    const std::int64_t windows = spec.windows == 0 ? set.available : spec.windows;
    const std::vector<std::int64_t> starts = startsOf(spec, count, windows, how, seed);
    const auto used = static_cast<std::size_t>(*std::ranges::max_element(starts) + spec.length);
    checkIds(Ids(ids).first(used), vocabSize, spec);
    set.tokens = cutWindows(ids, starts, spec.length);
    set.fingerprint = fingerprintOf(set.tokens);
    return set;
}

std::string loadText(const std::string& source, const DataFolders& folders)
{
    const DataSource parsed = parseDataSource(source, folders);
    if (parsed.kind == SourceKind::Tokens) {
        throw Error(
            ErrorCode::InvalidInput,
            source + " holds token ids, not text. Give a text:, jsonl: or builtin: source here.");
    }
    requireReadable(parsed.file);
    return readText(parsed);
}

} // namespace espalier
