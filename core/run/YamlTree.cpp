// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/YamlTree.h"

#include "core/base/Error.h"

#include <charconv>
#include <yaml-cpp/yaml.h>

namespace espalier {

namespace {

constexpr int kMostValues = 100000; // aliases can multiply a small file into a huge one

template <class T>
bool fits(std::string_view text, T& value)
{
    const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), value);
    return reason == std::errc{} && end == text.data() + text.size();
}

std::string joined(const std::string& key, const std::string& next)
{
    return key.empty() ? next : key + "." + next;
}

class Converter {
public:
    Converter(YamlTree& tree, std::string_view source)
        : m_tree(tree)
        , m_source(source)
    {
    }

    Json convert(const YAML::Node& node, const std::string& key)
    {
        const int line = node.Mark().line + 1;
        m_tree.lines.try_emplace(key, line);
        if (++m_values > kMostValues) {
            fail(line, "the recipe has more than " + std::to_string(kMostValues) + " values");
        }
        switch (node.Type()) {
        case YAML::NodeType::Scalar:
            return node.Tag() == "?" ? yamlScalar(node.Scalar()) : Json(node.Scalar());
        case YAML::NodeType::Sequence: {
            Json list = Json::array();
            for (std::size_t i = 0; i < node.size(); ++i) {
                list.push_back(convert(node[i], joined(key, std::to_string(i))));
            }
            return list;
        }
        case YAML::NodeType::Map:
            return convertMap(node, key);
        default:
            return nullptr;
        }
    }

private:
    Json convertMap(const YAML::Node& node, const std::string& key)
    {
        Json object = Json::object();
        for (const auto& entry : node) {
            const int line = entry.first.Mark().line + 1;
            if (!entry.first.IsScalar()) {
                fail(line, "a key must be a single word");
            }
            const std::string& name = entry.first.Scalar();
            if (object.contains(name)) {
                fail(line, "\"" + name + "\" is given twice; keep one");
            }
            m_tree.lines[joined(key, name)] = line;
            object[name] = convert(entry.second, joined(key, name));
        }
        return object;
    }

    [[noreturn]] void fail(int line, const std::string& what) const
    {
        throw Error(ErrorCode::InvalidInput,
                    m_source + ", line " + std::to_string(line) + ": " + what + ".");
    }

    YamlTree& m_tree;
    std::string m_source;
    int m_values = 0;
};

} // namespace

YamlTree YamlTree::under(const std::string& key) const
{
    YamlTree part;
    const Json* here = &value;
    for (std::size_t begin = 0; begin <= key.size();) {
        const std::size_t end = std::min(key.find('.', begin), key.size());
        const std::string word = key.substr(begin, end - begin);
        here = here->is_array() ? &here->at(std::stoul(word)) : &here->at(word);
        begin = end + 1;
    }
    part.value = *here;
    for (const auto& [name, line] : lines) {
        if (name == key) {
            part.lines[""] = line;
        } else if (name.starts_with(key + ".")) {
            part.lines[name.substr(key.size() + 1)] = line;
        }
    }
    return part;
}

void YamlTree::set(const std::string& key, const Json& newValue, int line)
{
    Json* here = &value;
    std::size_t begin = 0;
    for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', begin)) {
        here = &(*here)[key.substr(begin, dot - begin)];
        if (!here->is_object()) {
            *here = Json::object();
        }
        begin = dot + 1;
    }
    (*here)[key.substr(begin)] = newValue;
    std::erase_if(lines, [&](const auto& entry) { return entry.first.starts_with(key + "."); });
    lines[key] = line;
}

Json yamlScalar(const std::string& text)
{
    if (text.empty() || text == "~" || text == "null") {
        return nullptr;
    }
    if (text == "true" || text == "false") {
        return text == "true";
    }
    std::string_view digits = text;
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
    }
    if (digits.find_first_of("0123456789") == std::string_view::npos) {
        return text; // from_chars would read "inf" and "nan"
    }
    if (std::int64_t integer = 0; fits(digits, integer)) {
        return integer;
    }
    if (std::uint64_t integer = 0; fits(digits, integer)) {
        return integer;
    }
    if (double real = 0; fits(digits, real)) {
        return real;
    }
    return text;
}

YamlTree parseYaml(std::string_view text, std::string_view source)
{
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
        if (documents.size() != 1) {
            throw Error(ErrorCode::InvalidInput,
                        std::string(source) + " holds " + std::to_string(documents.size()) +
                            " YAML documents, but a recipe is exactly one.");
        }
        YamlTree tree;
        tree.value = Converter(tree, source).convert(documents.front(), {});
        return tree;
    } catch (const YAML::Exception& error) {
        throw Error(ErrorCode::InvalidInput, std::string(source) + ", line " +
                                                 std::to_string(error.mark.line + 1) + ": " +
                                                 error.msg + ".");
    }
}

} // namespace espalier
