// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/PostProcessors.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Template.h"
#include "core/tokenizer/Utf8.h"
#include "core/tokenizer/Vocabulary.h"

#include <algorithm>

namespace espalier {

namespace {

std::int32_t checkedId(const JsonPart& part, const Json& value, std::int32_t vocabSize)
{
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
        value.get<std::int64_t>() >= vocabSize) {
        part.corrupt("names the token " + compactText(value) + " of a vocabulary of " +
                     std::to_string(vocabSize));
    }
    return value.get<std::int32_t>();
}

class Chain : public PostProcessor {
public:
    explicit Chain(std::vector<std::unique_ptr<PostProcessor>> parts)
        : m_parts(std::move(parts))
    {
    }

    void apply(std::vector<std::int32_t>& ids) const override
    {
        for (const auto& part : m_parts) {
            part->apply(ids);
        }
    }

    void apply(std::vector<Encoding>& encodings, SpecialTokens special,
               std::span<const std::string_view> texts) const override
    {
        for (const auto& part : m_parts) {
            part->apply(encodings, special, texts);
        }
    }

    std::size_t added(bool pair) const override
    {
        std::size_t count = 0;
        for (const auto& part : m_parts) {
            count += part->added(pair);
        }
        return count;
    }

private:
    std::vector<std::unique_ptr<PostProcessor>> m_parts;
};

/// ByteLevel's spaces belong to the word behind them; trimmed offsets leave them out.
class OffsetTrim : public PostProcessor {
public:
    OffsetTrim(const Vocabulary& vocabulary, bool addedSpace)
        : m_vocabulary(vocabulary)
        , m_addedSpace(addedSpace)
    {
    }

    void apply(std::vector<std::int32_t>&) const override {}

    void apply(std::vector<Encoding>& parts, SpecialTokens,
               std::span<const std::string_view> texts) const override
    {
        for (std::size_t n = 0; n < parts.size(); ++n) {
            Encoding& part = parts[n];
            const std::string_view text = parts.size() == texts.size() ? texts[n] : "";
            for (std::size_t i = 0; i < part.size(); ++i) {
                const std::string_view token =
                    written(m_vocabulary.textOf(part.ids[i]), text, part.offsets[i]);
                trim(token, i == 0, part.offsets[i]);
            }
        }
    }

    std::size_t added(bool) const override { return 0; }

private:
    // A blank of the byte alphabet is the space U+0120, of one byte in the text.
    static bool isSpace(char32_t c) { return c == 0x120 || isWhitespace(c); }

    /// The token; an added one that has taken blanks, with them.
    static std::string_view written(std::string_view token, std::string_view text, ByteRange range)
    {
        const std::string_view there =
            range.end <= text.size() ? text.substr(range.begin, range.end - range.begin) : "";
        const bool added =
            there.size() > token.size() && there.find(token) != std::string_view::npos;
        return added ? there : token;
    }

    void trim(std::string_view token, bool first, ByteRange& range) const
    {
        std::size_t leading = 0, trailing = 0;
        for (std::size_t at = 0; at < token.size() && isSpace(nextCodePoint(token, at));) {
            ++leading;
        }
        for (std::size_t at = 0; at < token.size();) {
            trailing = isSpace(nextCodePoint(token, at)) ? trailing + 1 : 0;
        }
        if (leading > 0 && m_addedSpace && (first || range.begin == 0)) {
            --leading; // this one was not in the text
        }
        range.begin = std::min(range.begin + leading, range.end);
        if (range.end >= trailing) {
            range.end = std::max(range.end - trailing, range.begin);
        }
    }

    const Vocabulary& m_vocabulary;
    bool m_addedSpace;
};

Template templateOf(const JsonPart& part, const char* key, std::int32_t vocabSize)
{
    Template result(part.where() + ", " + key);
    for (const Json& element : part.list(key)) {
        const JsonPart item = part.element(element);
        const bool isText = item.has("Sequence");
        const JsonPart inner = item.part(isText ? "Sequence" : "SpecialToken");
        const std::int64_t type = inner.has("type_id") ? inner.integer("type_id") : 0;
        if (type < 0 || type > 255) {
            inner.corrupt("has the type_id " + std::to_string(type) + ", not 0 to 255");
        }
        const std::string name = inner.text("id");
        if (isText) {
            if (name != "A" && name != "B") {
                inner.unsupported("the sequence \"" + name + "\"");
            }
            result.addText(name == "A" ? 0 : 1, static_cast<std::int32_t>(type));
            continue;
        }
        const JsonPart special = part.part("special_tokens").part(name.c_str());
        for (const Json& id : special.list("ids")) {
            result.addToken(checkedId(special, id, vocabSize), static_cast<std::int32_t>(type));
        }
    }
    return result;
}

std::unique_ptr<PostProcessor> makeTemplate(const JsonPart& part, std::int32_t vocabSize)
{
    Template single = templateOf(part, "single", vocabSize);
    if (!single.holdsTexts(1)) {
        part.unsupported("a \"single\" template that does not hold the text once");
    }
    std::optional<Template> pair;
    if (part.has("pair") && !part.list("pair").empty()) {
        pair = templateOf(part, "pair", vocabSize);
        if (!pair->holdsTexts(2)) {
            part.unsupported("a \"pair\" template that does not hold both texts once");
        }
    }
    return std::make_unique<TemplateProcessor>(std::move(single), std::move(pair), part.where());
}

/// "cls" and "sep": pairs of text and id.
std::int32_t endToken(const JsonPart& part, const char* key, std::int32_t vocabSize)
{
    const Json& pair = part.list(key);
    if (pair.size() != 2) {
        part.corrupt("has a \"" + std::string(key) + "\" that is not a token and its id");
    }
    return checkedId(part, pair[1], vocabSize);
}

/// [CLS] A [SEP] B [SEP], with types 0 and 1; RoBERTa's has two [SEP] in the middle and one type.
std::unique_ptr<PostProcessor> makeClassic(const JsonPart& part, const Vocabulary& vocabulary,
                                           bool roberta)
{
    const std::int32_t cls = endToken(part, "cls", vocabulary.size());
    const std::int32_t sep = endToken(part, "sep", vocabulary.size());
    Template single(part.where()), pair(part.where());
    for (Template* both : {&single, &pair}) {
        both->addToken(cls, 0);
        both->addText(0, 0);
        both->addToken(sep, 0);
    }
    const std::int32_t second = roberta ? 0 : 1;
    if (roberta) {
        pair.addToken(sep, 0);
    }
    pair.addText(1, second);
    pair.addToken(sep, second);
    auto frame =
        std::make_unique<TemplateProcessor>(std::move(single), std::move(pair), part.where());
    if (!roberta || !part.flag("trim_offsets", true)) {
        return frame;
    }
    std::vector<std::unique_ptr<PostProcessor>> steps;
    steps.push_back(std::make_unique<OffsetTrim>(vocabulary, part.flag("add_prefix_space", true)));
    steps.push_back(std::move(frame));
    return std::make_unique<Chain>(std::move(steps));
}

} // namespace

std::unique_ptr<PostProcessor> makePostProcessor(const JsonPart& part, const Vocabulary& vocabulary)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<PostProcessor>> parts;
        std::size_t adding = 0;
        for (const Json& element : part.list("processors")) {
            parts.push_back(makePostProcessor(part.element(element), vocabulary));
            adding += parts.back()->added(false) > 0 ? 1u : 0u;
        }
        if (adding > 1) {
            part.unsupported("a sequence of " + std::to_string(adding) +
                             " post-processors that add tokens");
        }
        return std::make_unique<Chain>(std::move(parts));
    }
    if (type == "TemplateProcessing") {
        return makeTemplate(part, vocabulary.size());
    }
    if (type == "ByteLevel") {
        if (part.flag("trim_offsets", true)) {
            return std::make_unique<OffsetTrim>(vocabulary, part.flag("add_prefix_space", true));
        }
        return std::make_unique<Chain>(std::vector<std::unique_ptr<PostProcessor>>());
    }
    if (type == "BertProcessing" || type == "RobertaProcessing") {
        return makeClassic(part, vocabulary, type == "RobertaProcessing");
    }
    part.unsupported("the post-processor \"" + type + "\"");
}

} // namespace espalier
