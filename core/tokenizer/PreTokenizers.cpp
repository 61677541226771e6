// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/PreTokenizers.h"

#include "core/tokenizer/ByteAlphabet.h"
#include "core/tokenizer/TextPattern.h"
#include "core/tokenizer/Utf8.h"

#include <array>
#include <utility>

namespace espalier {

namespace {

// GPT-2's pattern, which ByteLevel uses unless told not to.
constexpr std::string_view kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// \w of Rust's regular expressions, which Whitespace uses, also takes the two joiners.
constexpr std::string_view kWordsPattern = R"([\w\x{200C}\x{200D}]+|[^\w\s\x{200C}\x{200D}]+)";

enum class Matches { AsFound = 1, Inverted };

/// Cuts every piece at the matches of a pattern.
void cutByPattern(Pieces& pieces, const Regex& pattern, Cut cut, Matches matches)
{
    const bool inside = matches == Matches::AsFound;
    Regex::Search search(pattern);
    std::vector<Span> spans;
    for (const Piece& piece : pieces.takeList()) {
        std::size_t done = 0;
        search.start(piece.text);
        while (const auto match = search.next()) {
            if (match->begin > done) {
                spans.push_back({done, match->begin, !inside});
            }
            spans.push_back({match->begin, match->end, inside});
            done = match->end;
        }
        if (done < piece.text.size()) {
            spans.push_back({done, piece.text.size(), !inside});
        }
        addCut(pieces, piece, spans, cut);
    }
}

/// Cuts every piece at each code point of a class.
template <class Belongs>
void cutByClass(Pieces& pieces, const Belongs& belongs, Cut cut)
{
    std::vector<Span> spans;
    for (const Piece& piece : pieces.takeList()) {
        std::size_t done = 0;
        for (std::size_t position = 0; position < piece.text.size();) {
            const std::size_t begin = position;
            if (!belongs(nextCodePoint(piece.text, position))) {
                continue;
            }
            if (begin > done) {
                spans.push_back({done, begin, false});
            }
            spans.push_back({begin, position, true});
            done = position;
        }
        if (done < piece.text.size()) {
            spans.push_back({done, piece.text.size(), false});
        }
        addCut(pieces, piece, spans, cut);
    }
}

class Chain : public PreTokenizer {
public:
    explicit Chain(std::vector<std::unique_ptr<PreTokenizer>> parts)
        : m_parts(std::move(parts))
    {
    }

    void apply(Pieces& pieces) const override
    {
        for (const auto& part : m_parts) {
            part->apply(pieces);
        }
    }

private:
    std::vector<std::unique_ptr<PreTokenizer>> m_parts;
};

class ByteLevel : public PreTokenizer {
public:
    explicit ByteLevel(const JsonPart& part)
        : m_addSpace(part.flag("add_prefix_space", true))
        , m_cuts(part.flag("use_regex", true))
        , m_pattern(kByteLevelPattern, part.where())
    {
    }

    void apply(Pieces& pieces) const override
    {
        if (m_addSpace) {
            for (const Piece& piece : pieces.takeList()) {
                if (piece.text.front() == ' ') {
                    pieces.add(piece);
                    continue;
                }
                std::string spaced(1, ' ');
                spaced += piece.text;
                pieces.add({pieces.keep(std::move(spaced)), piece.atStart});
            }
        }
        if (m_cuts) {
            cutByPattern(pieces, m_pattern, Cut::Isolated, Matches::AsFound);
        }
        spell(pieces);
    }

private:
    /// All pieces in one buffer, written in the byte alphabet.
    static void spell(Pieces& pieces)
    {
        const std::vector<Piece> plain = pieces.takeList();
        std::string spelled;
        std::vector<std::size_t> ends;
        ends.reserve(plain.size());
        for (const Piece& piece : plain) {
            appendByteCharacters(spelled, piece.text);
            ends.push_back(spelled.size());
        }
        const std::string_view all = pieces.keep(std::move(spelled));
        std::size_t begin = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            pieces.add({all.substr(begin, ends[i] - begin), plain[i].atStart});
            begin = ends[i];
        }
    }

    bool m_addSpace;
    bool m_cuts;
    Regex m_pattern;
};

Cut cutOf(const JsonPart& part, std::string_view fallback)
{
    static constexpr std::array<std::pair<std::string_view, Cut>, 5> kNames{{
        {"Isolated", Cut::Isolated},
        {"Removed", Cut::Removed},
        {"MergedWithPrevious", Cut::MergedWithPrevious},
        {"MergedWithNext", Cut::MergedWithNext},
        {"Contiguous", Cut::Contiguous},
    }};
    const std::string name =
        fallback.empty() ? part.text("behavior") : part.text("behavior", fallback);
    for (const auto& [known, cut] : kNames) {
        if (known == name) {
            return cut;
        }
    }
    part.unsupported("the behavior \"" + name + "\"");
}

class Split : public PreTokenizer {
public:
    explicit Split(const JsonPart& part)
        : m_pattern(patternOf(part))
        , m_cut(cutOf(part, ""))
        , m_matches(part.flag("invert", false) ? Matches::Inverted : Matches::AsFound)
    {
    }

    Split(std::string_view pattern, Cut cut, Matches matches, const std::string& where)
        : m_pattern(pattern, where)
        , m_cut(cut)
        , m_matches(matches)
    {
    }

    void apply(Pieces& pieces) const override { cutByPattern(pieces, m_pattern, m_cut, m_matches); }

private:
    Regex m_pattern;
    Cut m_cut;
    Matches m_matches;
};

class ClassSplit : public PreTokenizer {
public:
    ClassSplit(bool (*belongs)(char32_t), Cut cut)
        : m_belongs(belongs)
        , m_cut(cut)
    {
    }

    void apply(Pieces& pieces) const override { cutByClass(pieces, m_belongs, m_cut); }

private:
    bool (*m_belongs)(char32_t);
    Cut m_cut;
};

class Metaspace : public PreTokenizer {
public:
    explicit Metaspace(const JsonPart& part)
        : m_mark(part.text("replacement"))
        , m_splits(part.flag("split", true))
    {
        // Before there was prepend_scheme, add_prefix_space said the same as "always" or "never".
        const bool prefix = part.flag("add_prefix_space", true);
        m_scheme = part.text("prepend_scheme", prefix ? "always" : "never");
        if (m_scheme != "always" && m_scheme != "never" && m_scheme != "first") {
            part.unsupported("the prepend_scheme \"" + m_scheme + "\"");
        }
        std::size_t end = 0;
        if (m_mark.empty() || (m_markPoint = nextCodePoint(m_mark, end), end != m_mark.size())) {
            part.corrupt("has a \"replacement\" that is not one character");
        }
    }

    void apply(Pieces& pieces) const override
    {
        for (const Piece& piece : pieces.takeList()) {
            std::string text;
            for (const char c : piece.text) {
                c == ' ' ? text += m_mark : text += c;
            }
            const bool prepends = m_scheme == "always" || (m_scheme == "first" && piece.atStart);
            if (prepends && !text.starts_with(m_mark)) {
                text.insert(0, m_mark);
            }
            pieces.add({pieces.keep(std::move(text)), piece.atStart});
        }
        if (m_splits) {
            cutByClass(
                pieces, [this](char32_t c) { return c == m_markPoint; }, Cut::MergedWithNext);
        }
    }

private:
    std::string m_mark;
    char32_t m_markPoint = 0;
    bool m_splits;
    std::string m_scheme = {};
};

std::unique_ptr<PreTokenizer> makeChain(const JsonPart& part)
{
    std::vector<std::unique_ptr<PreTokenizer>> parts;
    for (const Json& element : part.list("pretokenizers")) {
        parts.push_back(makePreTokenizer(JsonPart(element, part.where())));
    }
    return std::make_unique<Chain>(std::move(parts));
}

} // namespace

std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonPart& part)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        return makeChain(part);
    }
    if (type == "ByteLevel") {
        return std::make_unique<ByteLevel>(part);
    }
    if (type == "Split") {
        return std::make_unique<Split>(part);
    }
    if (type == "Digits") {
        const bool single = part.flag("individual_digits", false);
        return std::make_unique<ClassSplit>(isNumeric, single ? Cut::Isolated : Cut::Contiguous);
    }
    if (type == "Metaspace") {
        return std::make_unique<Metaspace>(part);
    }
    if (type == "Whitespace") {
        return std::make_unique<Split>(kWordsPattern, Cut::Removed, Matches::Inverted,
                                       part.where());
    }
    if (type == "WhitespaceSplit") {
        return std::make_unique<ClassSplit>(isWhitespace, Cut::Removed);
    }
    if (type == "Punctuation") {
        return std::make_unique<ClassSplit>(isPunctuation, cutOf(part, "Isolated"));
    }
    part.unsupported("the pre-tokenizer \"" + type + "\"");
}

} // namespace espalier
