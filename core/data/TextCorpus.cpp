// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/TextCorpus.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/data/CompressedFile.h"
#include "core/tokenizer/Tokenizer.h"
#include "core/tokenizer/Utf8.h"

namespace espalier {

namespace {

constexpr std::string_view kStoryEnd = "<|endoftext|>";
constexpr std::string_view kBetweenRecords = "\n\n";

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string fieldsOf(const Json& object)
{
    std::string names;
    for (const auto& [name, value] : object.items()) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return names.empty() ? "no field" : names;
}

std::string fieldOfLine(const DataSource& source, std::string_view line, std::size_t number)
{
    const std::string where = source.file.string() + ", line " + std::to_string(number);
    const Json record = parseJson(line, where);
    if (!record.is_object()) {
        throw Error(ErrorCode::InvalidInput, where + " is not a JSON object with fields.");
    }
    const auto found = record.find(source.field);
    if (found == record.end()) {
        throw Error(ErrorCode::InvalidInput, where + " has no field \"" + source.field +
                                                 "\"; it has " + fieldsOf(record) + ".");
    }
    if (!found->is_string()) {
        throw Error(ErrorCode::InvalidInput, where + ": the field \"" + source.field + "\" holds " +
                                                 found->type_name() +
                                                 ", not text. Fields: " + fieldsOf(record) + ".");
    }
    return found->get<std::string>();
}

std::string joinedRecords(const DataSource& source, std::string_view content)
{
    std::string text;
    std::size_t number = 0;
    while (!content.empty()) {
        const std::size_t end = content.find('\n');
        const std::string_view line = trimmed(content.substr(0, end));
        content = end == std::string_view::npos ? std::string_view() : content.substr(end + 1);
        ++number;
        if (!line.empty()) {
            const std::string field = fieldOfLine(source, line, number);
            text += text.empty() ? "" : kBetweenRecords;
            text += field;
        }
    }
    return text;
}

} // namespace

std::string readText(const DataSource& source)
{
    std::string text = readUnpacked(source.file);
    if (const auto position = firstInvalidByte(text)) {
        throw Error(ErrorCode::InvalidInput,
                    source.file.string() + " is not UTF-8: byte " + std::to_string(*position) +
                        " of " + std::to_string(text.size()) +
                        " belongs to no character. Convert the file to UTF-8.");
    }
    if (source.kind == SourceKind::JsonLines) {
        text = joinedRecords(source, text);
    }
    if (trimmed(text).empty()) {
        throw Error(ErrorCode::InvalidInput,
                    source.file.string() + " holds no text. Name a file with some.");
    }
    return text;
}

std::vector<std::int32_t> tokensOf(const DataSource& source, std::string_view text,
                                   const Tokenizer& tokenizer)
{
    if (source.kind != SourceKind::Builtin) {
        return tokenizer.encode(text);
    }
    const auto storyEnd = tokenizer.idOf(kStoryEnd);
    std::vector<std::int32_t> tokens;
    while (!text.empty()) {
        const std::size_t end = text.find(kStoryEnd);
        const std::string_view story = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view()
                                             : text.substr(end + kStoryEnd.size());
        if (story.empty()) {
            continue;
        }
        const std::vector<std::int32_t> ids = tokenizer.encode(story);
        tokens.insert(tokens.end(), ids.begin(), ids.end());
        if (storyEnd) {
            tokens.push_back(*storyEnd);
        }
    }
    return tokens;
}

} // namespace espalier
