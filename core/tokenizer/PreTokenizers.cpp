// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/PreTokenizers.h"

#include "core/tokenizer/Cutting.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TextPattern.h"

#include <array>
#include <utility>

namespace espalier {

namespace {

// \w of Rust's regular expressions, which Whitespace uses, also takes the two joiners.
constexpr std::string_view kWordsPattern = R"([\w\x{200C}\x{200D}]+|[^\w\s\x{200C}\x{200D}]+)";

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

/// Words between blanks; each mark of punctuation is a word.
class BertWords : public PreTokenizer {
public:
    void apply(Pieces& pieces) const override
    {
        for (const Piece& piece : pieces.takeList()) {
            std::size_t begin = 0;
            for (std::size_t at = 0; at < piece.text.size();) {
                const std::size_t here = at;
                const char32_t c = nextCodePoint(piece.text, at);
                const bool blank = isWhitespace(c);
                if (!blank && !isPunctuation(c)) {
                    continue;
                }
                pieces.add(piece.part(begin, here));
                if (!blank) {
                    pieces.add(piece.part(here, at));
                }
                begin = at;
            }
            pieces.add(piece.part(begin, piece.text.size()));
        }
    }
};

class CharDelimiter : public PreTokenizer {
public:
    explicit CharDelimiter(const JsonPart& part)
    {
        const std::string text = part.text("delimiter");
        std::size_t end = 0;
        if (text.empty() || (m_delimiter = nextCodePoint(text, end), end != text.size())) {
            part.corrupt("has a \"delimiter\" that is not one character");
        }
    }

    void apply(Pieces& pieces) const override
    {
        cutByClass(
            pieces, [this](char32_t c) { return c == m_delimiter; }, Cut::Removed);
    }

private:
    char32_t m_delimiter = 0;
};

class FixedLength : public PreTokenizer {
public:
    explicit FixedLength(const JsonPart& part)
        : m_length(part.integer("length"))
    {
        if (m_length < 1) {
            part.corrupt("has the length " + std::to_string(m_length) + ", not at least 1");
        }
    }

    void apply(Pieces& pieces) const override
    {
        for (const Piece& piece : pieces.takeList()) {
            for (std::size_t begin = 0; begin < piece.text.size();) {
                std::size_t end = begin;
                for (std::int64_t i = 0; i < m_length && end < piece.text.size(); ++i) {
                    nextCodePoint(piece.text, end);
                }
                pieces.add(piece.part(begin, end));
                begin = end;
            }
        }
    }

private:
    std::int64_t m_length; // characters
};

std::unique_ptr<PreTokenizer> makeChain(const JsonPart& part)
{
    std::vector<std::unique_ptr<PreTokenizer>> parts;
    for (const Json& element : part.list("pretokenizers")) {
        parts.push_back(makePreTokenizer(part.element(element)));
    }
    return std::make_unique<Chain>(std::move(parts));
}

std::unique_ptr<PreTokenizer> makeByClass(const JsonPart& part, const std::string& type)
{
    if (type == "Digits") {
        const bool single = part.flag("individual_digits", false);
        return std::make_unique<ClassSplit>(isNumeric, single ? Cut::Isolated : Cut::Contiguous);
    }
    if (type == "WhitespaceSplit") {
        return std::make_unique<ClassSplit>(isWhitespace, Cut::Removed);
    }
    if (type == "Punctuation") {
        return std::make_unique<ClassSplit>(isPunctuation, cutOf(part, "Isolated"));
    }
    if (type == "BertPreTokenizer") {
        return std::make_unique<BertWords>();
    }
    if (type == "CharDelimiterSplit") {
        return std::make_unique<CharDelimiter>(part);
    }
    if (type == "FixedLength") {
        return std::make_unique<FixedLength>(part);
    }
    return nullptr;
}

} // namespace

std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonPart& part)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        return makeChain(part);
    }
    if (type == "ByteLevel") {
        return makeByteLevel(part);
    }
    if (type == "Split") {
        return std::make_unique<Split>(part);
    }
    if (type == "Metaspace") {
        return makeMetaspace(part);
    }
    if (type == "UnicodeScripts") {
        return makeUnicodeScripts(part);
    }
    if (type == "Whitespace") {
        return std::make_unique<Split>(kWordsPattern, Cut::Removed, Matches::Inverted,
                                       part.where());
    }
    if (auto byClass = makeByClass(part, type)) {
        return byClass;
    }
    part.unsupported("the pre-tokenizer \"" + type + "\"");
}

} // namespace espalier
