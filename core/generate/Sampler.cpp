// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/Sampler.h"

#include "core/base/Error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace espalier {

namespace {

std::int32_t sampled(std::span<const float> logits, const GenerateOptions& options, Random& random)
{
    std::vector<std::int32_t> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto logitOf = [&](std::int32_t id) {
        return static_cast<double>(logits[static_cast<std::size_t>(id)]);
    };
    if (options.topK > 0 && static_cast<std::size_t>(options.topK) < ids.size()) {
        const auto isBetter = [&](std::int32_t a, std::int32_t b) {
            return logitOf(a) != logitOf(b) ? logitOf(a) > logitOf(b) : a < b;
        };
        std::nth_element(ids.begin(), ids.begin() + options.topK - 1, ids.end(), isBetter);
        ids.resize(static_cast<std::size_t>(options.topK));
        std::sort(ids.begin(), ids.end()); // nth_element leaves an order of its own
    }
    const double top = logitOf(largestToken(logits));
    std::vector<double> sums;
    double sum = 0;
    for (const std::int32_t id : ids) {
        sum += std::exp((logitOf(id) - top) / options.temperature);
        sums.push_back(sum);
    }
    const auto chosen = std::upper_bound(sums.begin(), sums.end(), random.uniform() * sum);
    return ids[std::min(static_cast<std::size_t>(chosen - sums.begin()), ids.size() - 1)];
}

} // namespace

std::int32_t largestToken(std::span<const float> logits)
{
    return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) -
                                     logits.begin());
}

std::int32_t chooseToken(std::span<const float> logits, const GenerateOptions& options,
                         Random& random)
{
    const std::int32_t most = largestToken(logits);
    if (!std::isfinite(logits[static_cast<std::size_t>(most)])) {
        throw Error(ErrorCode::Numeric,
                    "The model's logits are not finite; its weights hold NaN or infinity.");
    }
    return options.temperature > 0 ? sampled(logits, options, random) : most;
}

void checkGeneration(std::span<const std::int32_t> prompt, const GenerateOptions& options)
{
    if (prompt.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    "The prompt has no tokens; give some text to continue.");
    }
    if (!(options.temperature >= 0) || options.topK < 0 || options.tokens < 0) {
        throw Error(ErrorCode::InvalidInput,
                    "Temperature, top-k and number of tokens must be 0 or more; they are " +
                        std::to_string(options.temperature) + ", " + std::to_string(options.topK) +
                        " and " + std::to_string(options.tokens) + ".");
    }
}

} // namespace espalier
