// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/RougeL.h"

#include <algorithm>

namespace espalier {

namespace {

/// Two rows of the table of common subsequences of all beginnings.
std::size_t longestCommon(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    std::vector<std::size_t> above(b.size() + 1, 0);
    std::vector<std::size_t> row(b.size() + 1, 0);
    for (const std::string& word : a) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            row[j + 1] = word == b[j] ? above[j] + 1 : std::max(above[j + 1], row[j]);
        }
        std::swap(above, row);
    }
    return above.back();
}

/// The two letters outside ASCII whose lower case is, or begins with, an ASCII letter: the Kelvin
/// sign, and I with a dot.
std::string withAsciiLowerCase(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\xE2\x84\xAA")) {
            result += 'k';
            i += 2;
        } else if (text.substr(i).starts_with("\xC4\xB0")) {
            result += "i\xCC\x87"; // and a combining dot, which parts words
            i += 1;
        } else {
            result += text[i];
        }
    }
    return result;
}

} // namespace

std::vector<std::string> rougeTokens(std::string_view text)
{
    std::vector<std::string> tokens;
    bool inWord = false;
    for (const char letter : withAsciiLowerCase(text)) {
        const char lower =
            letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        const bool isWord = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (isWord && !inWord) {
            tokens.emplace_back();
        }
        if (isWord) {
            tokens.back() += lower;
        }
        inWord = isWord;
    }
    return tokens;
}

RougeScore rougeL(const std::vector<std::string>& target,
                  const std::vector<std::string>& prediction)
{
    RougeScore score{.target = target.size(), .prediction = prediction.size()};
    if (target.empty() || prediction.empty()) {
        return score;
    }
    score.common = longestCommon(target, prediction);
    score.precision = static_cast<double>(score.common) / static_cast<double>(prediction.size());
    score.recall = static_cast<double>(score.common) / static_cast<double>(target.size());
    const double sum = score.precision + score.recall;
    score.f = sum > 0.0 ? 2.0 * score.precision * score.recall / sum : 0.0;
    return score;
}

RougeScore rougeL(std::string_view target, std::string_view prediction)
{
    return rougeL(rougeTokens(target), rougeTokens(prediction));
}

} // namespace espalier
