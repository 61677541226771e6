// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/Split.h"

#include "core/base/Error.h"
#include "core/base/Random.h"
#include "core/base/SeedStream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

namespace espalier {

namespace {

constexpr double kSumTolerance = 1e-6;
constexpr std::array<std::string_view, 3> kParts{"train", "dev", "test"};

using Places = std::vector<std::size_t>;

void checkShares(const SplitShares& shares)
{
    const double sum = shares.train + shares.dev + shares.test;
    const double least = std::min({shares.train, shares.dev, shares.test});
    if (!(least >= 0.0) || !(std::abs(sum - 1.0) <= kSumTolerance)) {
        throw Error(ErrorCode::InvalidInput,
                    "The shares " + std::to_string(shares.train) + ", " +
                        std::to_string(shares.dev) + " and " + std::to_string(shares.test) +
                        " add up to " + std::to_string(sum) +
                        ". Give three shares, none below 0, that add up to 1.");
    }
}

void shuffle(Places& places, std::uint64_t seed)
{
    Random random(seed);
    for (std::size_t i = places.size(); i > 1; --i) {
        std::swap(places[i - 1], places[random.below(i)]);
    }
}

} // namespace

SplitShares parseShares(std::string_view text)
{
    std::vector<double> values;
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    bool good = true;
    while (good) {
        double value = 0;
        const auto [stop, error] = std::from_chars(at, end, value);
        good = error == std::errc() && (stop == end || *stop == ',');
        values.push_back(value);
        if (stop == end) {
            break;
        }
        at = stop + 1;
    }
    if (!good || values.size() != 3) {
        throw Error(ErrorCode::InvalidInput,
                    "\"" + std::string(text) +
                        "\" is not three shares. Write train, dev and test like 0.8,0.1,0.1.");
    }
    const SplitShares shares{values[0], values[1], values[2]};
    checkShares(shares);
    return shares;
}

Split splitByClass(std::span<const std::int64_t> classes, const SplitShares& shares,
                   std::uint64_t seed)
{
    checkShares(shares);
    std::map<std::int64_t, Places> byClass;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        byClass[classes[i]].push_back(i);
    }
    const std::array<double, 3> wanted{shares.train, shares.dev, shares.test};
    std::array<Places, 3> parts;
    std::size_t dealt = 0;
    for (auto& [number, places] : byClass) {
        shuffle(places, streamSeed(seed, "split/" + std::to_string(number)));
        for (const std::size_t place : places) {
            ++dealt;
            std::array<double, 3> behind{};
            for (std::size_t part = 0; part < parts.size(); ++part) {
                behind[part] = wanted[part] * static_cast<double>(dealt) -
                               static_cast<double>(parts[part].size());
            }
            const auto most = std::ranges::max_element(behind) - behind.begin();
            parts[static_cast<std::size_t>(most)].push_back(place);
        }
    }
    for (std::size_t part = 0; part < parts.size(); ++part) {
        if (wanted[part] > 0.0 && parts[part].empty()) {
            throw Error(ErrorCode::InvalidInput,
                        "Of " + std::to_string(classes.size()) + " records none is left for " +
                            std::string(kParts[part]) + " with a share of " +
                            std::to_string(wanted[part]) + ". Give a larger share or 0.");
        }
        std::ranges::sort(parts[part]);
    }
    return {std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}

} // namespace espalier
