// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/NameWords.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace espalier {

namespace {

constexpr std::string_view kParams = "params.";

std::string withoutSpaces(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        std::size_t space = text.front() == ' ' ? 1 : 0;
        for (const std::string_view wide : {"\u202F", "\u00A0"}) {
            space = text.starts_with(wide) ? wide.size() : space;
        }
        result += space == 0 ? std::string(1, text.front()) : std::string();
        text.remove_prefix(std::max<std::size_t>(space, 1));
    }
    return result;
}

} // namespace

bool isModel(const std::string& key)
{
    return key == "model" || key == "teacher";
}

bool setsApart(const std::string& key)
{
    static constexpr std::array<std::string_view, 7> kPrefixes{
        "params.", "calibration.", "model", "teacher", "dtype", "device", "batch"};
    return std::ranges::any_of(kPrefixes,
                               [&](std::string_view prefix) { return key.starts_with(prefix); });
}

bool isBookkeeping(const std::string& key)
{
    return key.ends_with("-every");
}

std::string shownKey(std::string key)
{
    if (key.starts_with(kParams)) {
        return key.substr(kParams.size());
    }
    std::ranges::replace(key, '.', ' ');
    return key;
}

std::string valueOr(const Fields& fields, const std::string& key, std::string fallback)
{
    const auto found = fields.find(key);
    return found == fields.end() ? std::move(fallback) : found->second;
}

std::vector<std::string> zerosOf(const Fields& fields)
{
    std::vector<std::string> words;
    if (const std::string sparsity = valueOr(fields, kSparsity); !sparsity.empty()) {
        const double share = std::stod(sparsity);
        words.push_back(percentText(share, share * 100 == std::round(share * 100) ? 0 : 1));
    }
    if (const std::string pattern = valueOr(fields, kPattern, kUnstructured);
        pattern != kUnstructured) {
        words.push_back(pattern);
    }
    return words;
}

std::string extended(std::string name, const std::vector<std::string>& words)
{
    for (const std::string& word : words) {
        if (withoutSpaces(name).find(withoutSpaces(word)) == std::string::npos) {
            name += " " + word;
        }
    }
    return name;
}

std::string withoutShare(const std::string& name, const std::string& share)
{
    std::string bare = name;
    std::string wanted = withoutSpaces(share);
    if (share.empty() || !withoutSpaces(bare).ends_with(wanted)) {
        return name;
    }
    while (withoutSpaces(bare).size() + wanted.size() > withoutSpaces(name).size()) {
        bare.pop_back();
    }
    while (bare.ends_with(' ')) {
        bare.pop_back();
    }
    return bare.empty() ? name : bare;
}

} // namespace espalier
