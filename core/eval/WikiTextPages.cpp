// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/WikiTextPages.h"

#include "core/eval/PythonText.h"

#include <utility>

namespace espalier {

namespace {

/// open, blanks, anything but `forbidden`, blanks, close: without the blanks. What was joined is
/// not looked at again. Python's \s* on both sides of a lazy group.
std::string joined(std::string_view text, char open, char close)
{
    std::string result;
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t begin = text.find(open, position);
        const std::size_t end =
            begin == std::string_view::npos ? begin : text.find(close, begin + 1);
        if (end == std::string_view::npos) {
            break; // nothing closes any more
        }
        result.append(text.substr(position, begin - position));
        result += open;
        result.append(pythonStripped(text.substr(begin + 1, end - begin - 1)));
        result += close;
        position = end + 1;
    }
    return result.append(text.substr(position));
}

bool isBlank(std::string_view text)
{
    return pythonStripped(text).empty();
}

bool isTitle(std::string_view line)
{
    const std::string joinedMarks = replaced(replaced(line, "= = =", "==="), "= =", "==");
    const std::string_view stripped = pythonStripped(joinedMarks);
    return stripped.starts_with("= ") && stripped.ends_with(" =");
}

} // namespace

std::vector<std::string> wikiTextPages(std::string_view text)
{
    std::vector<std::string> pages;
    std::string page;
    bool isFirst = true; // line of the page
    const auto close = [&] {
        if (!isBlank(page)) {
            pages.push_back(page);
        }
        page.clear();
        isFirst = true;
    };
    while (true) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (isTitle(line)) {
            close();
        }
        page += isFirst ? "" : "\n";
        page += line;
        isFirst = false;
        if (end == std::string_view::npos) {
            close();
            return pages;
        }
        text = text.substr(end + 1);
    }
}

std::string wikiTextDetokenized(std::string_view page)
{
    std::string text = replaced(page, "s '", "s'");
    for (char digit = '0'; digit <= '9'; ++digit) { // a slip of the reference: a literal pattern
        text = replaced(text, std::string("/' ") + digit + "/", "/'[0-9]/");
    }
    constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
        {" @-@ ", "-"}, {" @,@ ", ","}, {" @.@ ", "."}, {" : ", ": "}, {" ; ", "; "},
        {" . ", ". "},  {" ! ", "! "},  {" ? ", "? "},  {" , ", ", "}};
    for (const auto& [from, to] : kMarks) {
        text = replaced(text, from, to);
    }
    text = joined(text, '(', ')');
    text = joined(text, '[', ']');
    text = joined(text, '{', '}');
    text = joined(text, '"', '"');
    text = joined(text, '\'', '\'');
    constexpr std::pair<std::string_view, std::string_view> kRest[] = {
        {"= = = =", "===="}, {"= = =", "==="}, {"= =", "=="},  {" \u00B0 ", "\u00B0"},
        {" \n", "\n"},       {"\n ", "\n"},    {" N ", " 1 "}, {" 's", "'s"}};
    for (const auto& [from, to] : kRest) {
        text = replaced(text, from, to);
    }
    return text;
}

} // namespace espalier
