// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Decoders.h"

#include "core/tokenizer/ByteAlphabet.h"
#include "core/tokenizer/TextPattern.h"
#include "core/tokenizer/Utf8.h"

#include <charconv>
#include <optional>

namespace espalier {

namespace {

using Tokens = std::vector<std::string>;

std::string fused(const Tokens& tokens)
{
    std::string text;
    for (const std::string& token : tokens) {
        text += token;
    }
    return text;
}

class Chain : public Decoder {
public:
    explicit Chain(std::vector<std::unique_ptr<Decoder>> parts)
        : m_parts(std::move(parts))
    {
    }

    Tokens apply(Tokens tokens) const override
    {
        for (const auto& part : m_parts) {
            tokens = part->apply(std::move(tokens));
        }
        return tokens;
    }

private:
    std::vector<std::unique_ptr<Decoder>> m_parts;
};

class ByteLevel : public Decoder {
public:
    Tokens apply(Tokens tokens) const override
    {
        std::string bytes;
        for (const std::string& token : tokens) {
            // An added token may hold characters outside of the byte alphabet: it stands for
            // itself.
            bytes += bytesOfCharacters(token).value_or(token);
        }
        return {replaceInvalidUtf8(bytes)};
    }
};

/// "<0xE4>" is a byte; a run of them is a text, or as many U+FFFD as there are bytes.
class ByteFallback : public Decoder {
public:
    Tokens apply(Tokens tokens) const override
    {
        Tokens result;
        std::string bytes;
        const auto flush = [&] {
            if (!bytes.empty() && firstInvalidByte(bytes)) {
                result.insert(result.end(), bytes.size(), "\xEF\xBF\xBD");
            } else if (!bytes.empty()) {
                result.push_back(bytes);
            }
            bytes.clear();
        };
        for (std::string& token : tokens) {
            if (const auto byte = byteOf(token)) {
                bytes += *byte;
                continue;
            }
            flush();
            result.push_back(std::move(token));
        }
        flush();
        return result;
    }

private:
    static std::optional<char> byteOf(const std::string& token)
    {
        if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') {
            return {};
        }
        unsigned value = 0;
        const char* end = token.data() + 5;
        const auto read = std::from_chars(token.data() + 3, end, value, 16);
        return read.ec == std::errc() && read.ptr == end ? std::optional(static_cast<char>(value))
                                                         : std::nullopt;
    }
};

class Fuse : public Decoder {
public:
    Tokens apply(Tokens tokens) const override { return {fused(tokens)}; }
};

class Replace : public Decoder {
public:
    explicit Replace(const JsonPart& part)
        : m_pattern(patternOf(part))
        , m_content(part.text("content"))
    {
    }

    Tokens apply(Tokens tokens) const override
    {
        Regex::Search search(m_pattern);
        for (std::string& token : tokens) {
            replaceAll(token, search, m_content);
        }
        return tokens;
    }

private:
    Regex m_pattern;
    std::string m_content;
};

/// Takes up to `start` and `stop` copies of one character from the ends of every token.
class Strip : public Decoder {
public:
    explicit Strip(const JsonPart& part)
        : m_content(part.text("content"))
        , m_start(part.integer("start"))
        , m_stop(part.integer("stop"))
    {
        if (m_content.empty()) {
            part.corrupt("has an empty \"content\"");
        }
    }

    Tokens apply(Tokens tokens) const override
    {
        for (std::string& token : tokens) {
            for (std::int64_t i = 0; i < m_start && token.starts_with(m_content); ++i) {
                token.erase(0, m_content.size());
            }
            for (std::int64_t i = 0; i < m_stop && token.ends_with(m_content); ++i) {
                token.erase(token.size() - m_content.size());
            }
        }
        return tokens;
    }

private:
    std::string m_content;
    std::int64_t m_start;
    std::int64_t m_stop;
};

class Metaspace : public Decoder {
public:
    explicit Metaspace(const JsonPart& part)
        : m_mark(part.text("replacement"))
        , m_prepends(part.text("prepend_scheme",
                               part.flag("add_prefix_space", true) ? "always" : "never") != "never")
    {
        if (m_mark.empty()) {
            part.corrupt("has an empty \"replacement\"");
        }
    }

    Tokens apply(Tokens tokens) const override
    {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            tokens[i] = withAllReplaced(tokens[i], m_mark, i == 0 && m_prepends ? "" : " ");
        }
        return tokens;
    }

private:
    std::string m_mark;
    bool m_prepends;
};

} // namespace

std::string withAllReplaced(const std::string& text, std::string_view what, std::string_view by)
{
    std::string result;
    std::size_t done = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, done)) {
        result.append(text, done, at - done);
        result += by;
        done = at + what.size();
    }
    return result.append(text, done);
}

std::unique_ptr<Decoder> makeDecoder(const JsonPart& part)
{
    const std::string type = part.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<Decoder>> parts;
        for (const Json& element : part.list("decoders")) {
            parts.push_back(makeDecoder(part.element(element)));
        }
        return std::make_unique<Chain>(std::move(parts));
    }
    if (type == "ByteLevel") {
        return std::make_unique<ByteLevel>();
    }
    if (type == "ByteFallback") {
        return std::make_unique<ByteFallback>();
    }
    if (type == "Fuse") {
        return std::make_unique<Fuse>();
    }
    if (type == "Replace") {
        return std::make_unique<Replace>(part);
    }
    if (type == "Strip") {
        return std::make_unique<Strip>(part);
    }
    if (type == "Metaspace") {
        return std::make_unique<Metaspace>(part);
    }
    if (auto words = makeWordDecoder(part, type)) {
        return words;
    }
    part.unsupported("the decoder \"" + type + "\"");
}

} // namespace espalier
