// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/BlockChoice.h"

#include "core/base/Error.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace espalier {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return {};
    }
    return value;
}

std::string inQuotes(std::string_view text)
{
    std::string result = "\"";
    result += text;
    result += '"';
    return result;
}

BlockChoice refused(const std::string& why)
{
    return {{}, why};
}

BlockChoice everyFrom(std::int64_t first, std::int64_t end, std::int64_t stride)
{
    BlockChoice choice;
    for (std::int64_t block = first; block < end; block += stride) {
        choice.blocks.push_back(block);
    }
    return choice;
}

enum class End { First = 1, Last };

BlockChoice counted(std::string_view number, std::int64_t layers, End end)
{
    const auto count = wholeNumber(trimmed(number));
    if (!count) {
        return refused(inQuotes(number) + " is not a whole number");
    }
    if (*count < 1 || *count > layers) {
        return refused(std::to_string(*count) + " blocks are wanted, 1 to " +
                       std::to_string(layers) + " are possible");
    }
    return end == End::First ? everyFrom(0, *count, 1) : everyFrom(layers - *count, layers, 1);
}

BlockChoice listed(std::string_view rest, std::int64_t layers)
{
    BlockChoice choice;
    while (true) {
        const auto comma = rest.find(',');
        const std::string_view entry = trimmed(rest.substr(0, comma));
        const auto block = wholeNumber(entry);
        if (!block) {
            return refused(inQuotes(entry) + " is not a block number");
        }
        if (*block < 0 || *block >= layers) {
            return refused("there is no block " + std::to_string(*block) +
                           ", they are numbered 0 to " + std::to_string(layers - 1));
        }
        if (!choice.blocks.empty() && *block <= choice.blocks.back()) {
            return refused("block " + std::to_string(*block) + " stands after block " +
                           std::to_string(choice.blocks.back()) +
                           ", but each goes once and in ascending order");
        }
        choice.blocks.push_back(*block);
        if (comma == std::string_view::npos) {
            return choice;
        }
        rest.remove_prefix(comma + 1);
    }
}

BlockChoice parsed(std::string_view choice, std::int64_t layers)
{
    if (choice.empty()) {
        return {};
    }
    if (choice == "even") {
        return everyFrom(0, layers, 2);
    }
    if (choice.starts_with("first:")) {
        return counted(choice.substr(6), layers, End::First);
    }
    if (choice.starts_with("last:")) {
        return counted(choice.substr(5), layers, End::Last);
    }
    return listed(choice, layers);
}

} // namespace

BlockChoice readBlockChoice(const std::string& text, std::int64_t layers)
{
    BlockChoice choice = parsed(trimmed(text), layers);
    if (!choice.fault.empty()) {
        choice.fault =
            inQuotes(text) + " does not choose blocks of a teacher with " + std::to_string(layers) +
            " blocks: " + choice.fault +
            ". Write \"even\", \"first:N\", \"last:N\" or block numbers such as \"0,2,4\".";
    }
    return choice;
}

std::vector<std::int64_t> chosenBlocks(const std::string& text, std::int64_t layers)
{
    BlockChoice choice = readBlockChoice(text, layers);
    if (!choice.fault.empty()) {
        throw Error(ErrorCode::InvalidInput, choice.fault);
    }
    return choice.blocks;
}

} // namespace espalier
