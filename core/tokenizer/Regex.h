// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

struct Span {
    std::size_t begin = 0; // bytes
    std::size_t end = 0;
    bool match = false; // of the pattern; else what lies between two matches
};

/// A pattern of a tokenizer.json. Those are written for Oniguruma; the constructor rewrites the few
/// things that PCRE2 reads otherwise and refuses what it cannot rewrite.
class Regex {
public:
    /// Throws Unsupported with `where` and the reason.
    Regex(std::string_view pattern, const std::string& where);
    /// Matches exactly this text.
    static Regex literal(std::string_view text, const std::string& where);

    /// Whether PCRE2, of whatever version it is, knows what the pattern names.
    static bool isReadable(std::string_view pattern);

    class Search;

private:
    struct Compiled;
    std::shared_ptr<const Compiled> m_compiled; // shared: a Search keeps it, and copies are cheap
};

/// Finds the matches of one pattern in text after text. Not for two threads at once; the Regex is.
class Regex::Search {
public:
    explicit Search(const Regex& regex);
    ~Search();
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    /// `text` must be valid UTF-8 and stay until the last next().
    void start(std::string_view text);
    /// The next match; an empty one right behind the last match is passed over.
    std::optional<Span> next();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// "\s" and the like as PCRE2 must read them to mean what Oniguruma means. Throws Unsupported.
std::string fromOniguruma(std::string_view pattern, const std::string& where);

} // namespace espalier
