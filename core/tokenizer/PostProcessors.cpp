// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/PostProcessors.h"

#include "core/tokenizer/JsonPart.h"

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

private:
    std::vector<std::unique_ptr<PostProcessor>> m_parts;
};

/// What Bert, Roberta and a template with one place for the text come down to.
class Frame : public PostProcessor {
public:
    Frame(std::vector<std::int32_t> before, std::vector<std::int32_t> after)
        : m_before(std::move(before))
        , m_after(std::move(after))
    {
    }

    void apply(std::vector<std::int32_t>& ids) const override
    {
        ids.insert(ids.begin(), m_before.begin(), m_before.end());
        ids.insert(ids.end(), m_after.begin(), m_after.end());
    }

private:
    std::vector<std::int32_t> m_before;
    std::vector<std::int32_t> m_after;
};

std::unique_ptr<PostProcessor> makeTemplate(const JsonPart& part, std::int32_t vocabSize)
{
    std::vector<std::int32_t> before, after;
    bool seenText = false;
    for (const Json& element : part.list("single")) {
        const JsonPart item(element, part.where());
        if (item.has("Sequence")) {
            if (seenText || item.part("Sequence").text("id") != "A") {
                part.unsupported("a \"single\" template that does not hold the text once");
            }
            seenText = true;
            continue;
        }
        const std::string name = item.part("SpecialToken").text("id");
        const JsonPart special = part.part("special_tokens").part(name.c_str());
        for (const Json& id : special.list("ids")) {
            (seenText ? after : before).push_back(checkedId(special, id, vocabSize));
        }
    }
    if (!seenText) {
        part.unsupported("a \"single\" template that does not hold the text once");
    }
    return std::make_unique<Frame>(std::move(before), std::move(after));
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

} // namespace

std::unique_ptr<PostProcessor> makePostProcessor(const JsonPart& part, std::int32_t vocabSize)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<PostProcessor>> parts;
        for (const Json& element : part.list("processors")) {
            parts.push_back(makePostProcessor(JsonPart(element, part.where()), vocabSize));
        }
        return std::make_unique<Chain>(std::move(parts));
    }
    if (type == "TemplateProcessing") {
        return makeTemplate(part, vocabSize);
    }
    if (type == "ByteLevel") {
        return std::make_unique<Frame>(std::vector<std::int32_t>(),
                                       std::vector<std::int32_t>()); // only moves offsets
    }
    if (type == "BertProcessing" || type == "RobertaProcessing") {
        return std::make_unique<Frame>(std::vector{endToken(part, "cls", vocabSize)},
                                       std::vector{endToken(part, "sep", vocabSize)});
    }
    part.unsupported("the post-processor \"" + type + "\"");
}

} // namespace espalier
