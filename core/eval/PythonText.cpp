// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PythonText.h"

#include "core/tokenizer/Utf8.h"

#include <utf8proc.h>

namespace espalier {

bool isPythonSpace(char32_t codePoint)
{
    return isWhitespace(codePoint) || (codePoint >= 0x1C && codePoint <= 0x1F);
}

std::string_view pythonRightStripped(std::string_view text)
{
    while (!text.empty() && isPythonSpace(lastCodePoint(text))) {
        std::size_t bytes = 1;
        while ((static_cast<unsigned char>(text[text.size() - bytes]) & 0xC0U) == 0x80U) {
            ++bytes;
        }
        text.remove_suffix(bytes);
    }
    return text;
}

std::string_view pythonStripped(std::string_view text)
{
    text = pythonRightStripped(text);
    std::size_t position = 0;
    while (position < text.size()) {
        std::size_t next = position;
        if (!isPythonSpace(nextCodePoint(text, next))) {
            break;
        }
        position = next;
    }
    return text.substr(position);
}

std::string pythonCapitalized(std::string_view text)
{
    std::string result;
    for (std::size_t position = 0; position < text.size();) {
        const bool isFirst = position == 0;
        const auto letter = static_cast<utf8proc_int32_t>(nextCodePoint(text, position));
        appendUtf8(result, static_cast<char32_t>(isFirst ? utf8proc_totitle(letter)
                                                         : utf8proc_tolower(letter)));
    }
    return result;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with)
{
    std::string result;
    std::size_t position = 0;
    for (std::size_t found = text.find(what); found != std::string_view::npos;
         found = text.find(what, position)) {
        result.append(text.substr(position, found - position)).append(with);
        position = found + what.size();
    }
    return result.append(text.substr(position));
}

} // namespace espalier
