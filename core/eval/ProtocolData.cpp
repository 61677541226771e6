// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/ProtocolData.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Sha256.h"
#include "core/data/CompressedFile.h"
#include "core/data/DataSource.h"
#include "core/data/TextCorpus.h"
#include "core/data/TokenFile.h"
#include "core/eval/PythonText.h"

namespace espalier {

namespace {

constexpr std::string_view kStoryEnd = "<|endoftext|>";

/// Calls use(number from 1, line) for the lines of a text, without their ends.
template <class Use>
void forLines(std::string_view text, const Use& use)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        use(number, line);
    }
}

/// readText() has checked that every record has the field.
std::vector<std::string> recordsOf(const DataSource& source)
{
    std::vector<std::string> records;
    forLines(readUnpacked(source.file), [&](std::size_t number, std::string_view line) {
        if (!pythonStripped(line).empty()) {
            const Json record =
                parseJson(line, source.file.string() + ", line " + std::to_string(number));
            records.push_back(record.at(source.field).get<std::string>());
        }
    });
    return records;
}

std::vector<std::string> storiesOf(std::string_view text)
{
    std::vector<std::string> stories;
    while (!text.empty()) {
        const std::size_t end = text.find(kStoryEnd);
        const std::string_view story = pythonStripped(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view()
                                             : text.substr(end + kStoryEnd.size());
        if (!story.empty()) {
            stories.emplace_back(story);
        }
    }
    return stories;
}

void requireText(const ProtocolText& text, std::string_view protocol)
{
    if (text.documents.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    text.name + " holds token ids; the protocol " + std::string(protocol) +
                        " counts in text. Give a text:, jsonl: or builtin: source.");
    }
}

} // namespace

ProtocolText loadProtocolText(const std::string& source, const DataFolders& folders)
{
    const DataSource parsed = parseDataSource(source, folders);
    requireReadable(parsed.file);
    ProtocolText text{.name = parsed.name};
    if (parsed.kind == SourceKind::Tokens) {
        text.tokens = readTokenFile(parsed.file);
        Sha256 hash;
        hash.add(text.tokens.data(), text.tokens.size() * sizeof(std::int32_t));
        text.fingerprint = hash.hex();
        return text;
    }
    const std::string whole = readText(parsed);
    text.fingerprint = sha256Of(whole);
    if (parsed.kind == SourceKind::JsonLines) {
        text.documents = recordsOf(parsed);
    } else if (parsed.kind == SourceKind::Builtin) {
        text.documents = storiesOf(whole);
    } else {
        text.documents = {whole};
    }
    return text;
}

std::vector<std::int32_t> streamOf(const ProtocolText& text, const PromptTokens& prompts)
{
    if (text.documents.empty()) {
        return text.tokens;
    }
    std::string whole;
    for (const std::string& document : text.documents) {
        whole += (whole.empty() ? "" : "\n\n") + document;
    }
    return prompts.tokenizer().encode(whole);
}

std::vector<RollingDocument> rollingDocumentsOf(const ProtocolText& text,
                                                const PromptTokens& prompts)
{
    requireText(text, "lm-eval");
    std::vector<RollingDocument> documents;
    for (const std::string& document : text.documents) {
        documents.push_back({.tokens = prompts.encode(document),
                             .words = rollingWords(document),
                             .bytes = static_cast<std::int64_t>(document.size())});
    }
    return documents;
}

std::vector<std::vector<std::int32_t>> sentencesOf(const ProtocolText& text,
                                                   const PromptTokens& prompts)
{
    requireText(text, "per-sentence");
    std::vector<std::vector<std::int32_t>> sentences;
    for (const std::string& document : text.documents) {
        forLines(document, [&](std::size_t, std::string_view line) {
            if (!pythonStripped(line).empty()) {
                sentences.push_back(prompts.tokenizer().encode(line, SpecialTokens::Leave));
            }
        });
    }
    return sentences;
}

} // namespace espalier
