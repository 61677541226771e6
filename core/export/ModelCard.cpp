// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ModelCard.h"

#include "core/base/Json.h"

namespace espalier {

namespace {

/// Text inside a table cell: bars and line breaks would end it.
std::string cell(const std::string& text)
{
    std::string result;
    for (const char character : text) {
        if (character == '|') {
            result += "\\|";
        } else {
            result += character == '\n' || character == '\r' ? ' ' : character;
        }
    }
    return result;
}

std::string row(const std::string& name, const std::string& value)
{
    return std::string("| ") + cell(name) + " | " + cell(value) + " |\n";
}

/// A JSON string is a YAML string too, whatever characters it has.
std::string quoted(const std::string& text)
{
    return compactText(Json(text));
}

std::string frontMatter(const ModelCardFacts& facts)
{
    std::string text = "---\n";
    text += facts.licence.empty() ? "" : std::string("license: ") + quoted(facts.licence) + "\n";
    text += std::string("base_model: ") + quoted(facts.baseModel) + "\n";
    text += "library_name: transformers\npipeline_tag: text-generation\n";
    return text + "tags:\n- espalier\n- " + quoted(facts.methodId) + "\n---\n";
}

std::string resultTable(const ModelCardFacts& facts)
{
    if (facts.results.empty()) {
        return "This run measured nothing.\n";
    }
    std::string text = "| measure | this model | " + cell(facts.sourceModel) +
                       " | protocol |\n|---|---|---|---|\n";
    for (const ModelCardResult& result : facts.results) {
        text += std::string("| ") + cell(result.measure) + " | " + cell(result.value) + " | " +
                (result.baseline.empty() ? "not measured" : cell(result.baseline)) + " | " +
                cell(result.protocol) + " |\n";
    }
    return text;
}

std::string methodTable(const ModelCardFacts& facts)
{
    std::string text = "| setting | value |\n|---|---|\n";
    text += row("method", facts.methodTitle + " (" + facts.methodId + ")");
    for (const auto& [key, value] : facts.params) {
        text += row(key, toText(value));
    }
    for (const ModelCardFact& fact : facts.facts) {
        text += row(fact.name, fact.value);
    }
    return text;
}

std::string licenceSection(const ModelCardFacts& facts)
{
    if (facts.licence.empty()) {
        return "The licence of " + facts.baseModel +
               " is not known to the program that made this model. It applies here too: look it "
               "up before you pass this model on.\n";
    }
    return "This model is derived from " + facts.baseModel + " and stays under its licence, " +
           facts.licence + ".\n";
}

/// Longer than any run of backticks in `content`, so that none of them ends the block.
std::string fenced(const std::string& content, const std::string& language)
{
    std::string fence = "```";
    while (content.find(fence) != std::string::npos) {
        fence += "`";
    }
    return fence + language + "\n" + content + (content.ends_with('\n') ? "" : "\n") + fence + "\n";
}

} // namespace

std::string modelCard(const ModelCardFacts& facts)
{
    std::string text =
        frontMatter(facts) + "\n# " + cell(facts.title) + "\n\nMade from " + facts.sourceModel +
        " with " + facts.methodTitle +
        " by Espalier. `certificate.json` says what was compared after writing, `SHA256SUMS` "
        "covers every other file.\n";
    text += "\n## Results\n\n" + resultTable(facts);
    if (!facts.honesty.empty()) {
        text += "\n## What to expect\n\n";
        for (const std::string& line : facts.honesty) {
            text += std::string("- ") + cell(line) + "\n";
        }
    }
    text += "\n## How it was made\n\n" + methodTable(facts);
    if (!facts.command.empty()) {
        text += "\nThis command repeats the run (`recipe.yaml` holds the same):\n\n" +
                fenced(facts.command, "sh");
    }
    if (!facts.paper.empty()) {
        text += "\n## Method\n\n" + facts.paper + "\n";
        text += facts.bibtex.empty() ? "" : std::string("\n") + fenced(facts.bibtex, "bibtex");
    }
    return text + "\n## Licence\n\n" + licenceSection(facts);
}

} // namespace espalier
