// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::test {

/// What keeps `text` from being well-formed XML (elements, attributes and entities only); empty:
/// nothing.
inline std::string xmlProblem(std::string_view text)
{
    std::vector<std::string> open;
    std::size_t roots = 0;
    std::size_t at = 0;
    const auto entityProblem = [](std::string_view part) -> std::string {
        for (std::size_t i = part.find('&'); i != std::string_view::npos;
             i = part.find('&', i + 1)) {
            const std::string_view entity = part.substr(i + 1, part.find(';', i) - i - 1);
            if (entity != "amp" && entity != "lt" && entity != "gt" && entity != "quot" &&
                !entity.starts_with('#')) {
                return "entity &" + std::string(entity.substr(0, 10));
            }
        }
        return {};
    };
    while (at < text.size()) {
        const std::size_t tag = std::min(text.find('<', at), text.size());
        const std::string_view content = text.substr(at, tag - at);
        if (const std::string problem = entityProblem(content); !problem.empty()) {
            return problem;
        }
        if (open.empty() && content.find_first_not_of(" \n\r\t") != std::string_view::npos) {
            return "text outside of the root";
        }
        if (tag == text.size()) {
            break;
        }
        const std::size_t end = text.find('>', tag);
        if (end == std::string_view::npos) {
            return "unclosed tag";
        }
        std::string_view inside = text.substr(tag + 1, end - tag - 1);
        at = end + 1;
        if (inside.find('<') != std::string_view::npos) {
            return "< inside of a tag";
        }
        if (inside.starts_with('/')) {
            if (open.empty() || open.back() != inside.substr(1)) {
                return "unexpected </" + std::string(inside.substr(1));
            }
            open.pop_back();
            continue;
        }
        const bool closed = inside.ends_with('/');
        inside.remove_suffix(closed ? 1 : 0);
        const std::string name(inside.substr(0, inside.find_first_of(" \n")));
        std::string_view attributes = inside.substr(name.size());
        std::vector<std::string> seen;
        while (attributes.find_first_not_of(" \n") != std::string_view::npos) {
            attributes.remove_prefix(attributes.find_first_not_of(" \n"));
            const std::size_t quote = attributes.find("=\"");
            const std::size_t last = attributes.find('"', quote + 2);
            if (quote == std::string_view::npos || last == std::string_view::npos) {
                return "attribute of <" + name;
            }
            for (const std::string& other : seen) {
                if (other == attributes.substr(0, quote)) {
                    return "attribute twice in <" + name;
                }
            }
            seen.emplace_back(attributes.substr(0, quote));
            if (const std::string problem = entityProblem(attributes.substr(quote, last - quote));
                !problem.empty()) {
                return problem;
            }
            attributes.remove_prefix(last + 1);
        }
        roots += open.empty() ? 1 : 0;
        if (!closed) {
            open.push_back(name);
        }
    }
    return !open.empty() ? "unclosed <" + open.back() : roots == 1 ? "" : "not one root";
}

/// How often `what` occurs.
inline std::size_t countOf(std::string_view text, std::string_view what)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

} // namespace espalier::test
