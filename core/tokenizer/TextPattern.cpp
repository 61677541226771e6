// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TextPattern.h"

namespace espalier {

Regex patternOf(const JsonPart& part)
{
    const JsonPart pattern = part.part("pattern");
    if (pattern.has("Regex")) {
        return {pattern.text("Regex"), pattern.where()};
    }
    const std::string literal = pattern.text("String");
    if (literal.empty()) {
        pattern.unsupported("an empty String");
    }
    return Regex::literal(literal, pattern.where());
}

void prependTo(TrackedText& text, std::string_view content)
{
    Rewrite rewrite(text);
    rewrite.put(content, 0);
    rewrite.keep(0, rewrite.source().size());
}

void replaceAll(TrackedText& text, Regex::Search& search, std::string_view content)
{
    if (!text.tracked) {
        replaceAll(text.text, search, content);
        return;
    }
    Rewrite rewrite(text);
    std::size_t done = 0;
    search.start(rewrite.source());
    while (const auto match = search.next()) {
        rewrite.keep(done, match->begin);
        // The library has what is put in stand for the last character that went.
        rewrite.put(content, match->end > match->begin ? match->end - 1 : match->begin);
        done = match->end;
    }
    rewrite.keep(done, rewrite.source().size());
}

void replaceAll(std::string& text, Regex::Search& search, std::string_view content)
{
    std::string replaced;
    std::size_t done = 0;
    search.start(text);
    while (const auto match = search.next()) {
        replaced.append(text, done, match->begin - done);
        replaced += content;
        done = match->end;
    }
    if (done > 0 || !replaced.empty()) {
        replaced.append(text, done);
        text = std::move(replaced);
    }
}

} // namespace espalier
