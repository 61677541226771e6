// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/TrainingWindows.h"

#include "core/base/Random.h"
#include "core/base/Sha256.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

namespace espalier {

namespace {

constexpr std::int64_t kHeldOutShare = 8;

CalibrationSet withTokens(CalibrationSet set, const Tensor& tokens)
{
    set.tokens = tokens.contiguous();
    Sha256 hash;
    hash.add(set.tokens.data_ptr<std::int32_t>(), static_cast<std::size_t>(set.tokens.nbytes()));
    set.fingerprint = hash.hex();
    return set;
}

/// `windows` windows at random starts of a stream of tokens.
Tensor sampled(const Tensor& stream, std::int64_t windows, std::int64_t length, std::uint64_t seed)
{
    Random random(seed);
    Tensor tokens = at::empty({windows, length}, at::kInt);
    const auto* source = stream.data_ptr<std::int32_t>();
    auto* target = tokens.data_ptr<std::int32_t>();
    const auto starts = static_cast<std::uint64_t>(stream.size(0) - length + 1);
    for (std::int64_t window = 0; window < windows; ++window) {
        const auto start = static_cast<std::int64_t>(random.below(starts));
        std::memcpy(target + window * length, source + start,
                    static_cast<std::size_t>(length) * sizeof(std::int32_t));
    }
    return tokens;
}

} // namespace

TrainingWindows loadTrainingWindows(const DataSpec& spec, const Path& modelFolder,
                                    std::int64_t vocabSize, std::uint64_t seed,
                                    const DataFolders& folders, bool trains)
{
    const auto load = [&](const DataSpec& data, Windows how) {
        return loadWindows(data, modelFolder, vocabSize, how, seed, folders);
    };
    if (!trains) {
        return {load(spec, Windows::Sampled), std::nullopt};
    }
    const bool isText = !spec.source.starts_with("tokens:");
    const DataSpec everything{.source = spec.source, .length = spec.length};
    CalibrationSet all = load(isText ? everything : spec, Windows::InOrder);
    const std::int64_t count = all.tokens.size(0);
    std::int64_t held = count / kHeldOutShare;
    if (isText && spec.windows > 0) {
        held = std::min(held, std::max<std::int64_t>(1, spec.windows / kHeldOutShare));
    }
    if (held == 0) {
        return {isText ? load(spec, Windows::Sampled) : std::move(all), std::nullopt};
    }
    CalibrationSet heldOut = withTokens(all, all.tokens.slice(0, count - held));
    const Tensor rest = all.tokens.slice(0, 0, count - held).contiguous();
    all.seed = seed;
    const std::int64_t wanted = spec.windows > 0 ? spec.windows : count - held;
    const Tensor training = isText ? sampled(rest.view({-1}), wanted, spec.length, seed) : rest;
    return {withTokens(std::move(all), training), std::move(heldOut)};
}

} // namespace espalier
