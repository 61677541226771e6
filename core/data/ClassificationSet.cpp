// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ClassificationSet.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Sha256.h"
#include "core/data/JsonRecords.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace espalier {

namespace {

using FieldPair = std::pair<std::string_view, std::string_view>;

constexpr std::array<FieldPair, 6> kPairs{{
    {"sentence1", "sentence2"},
    {"premise", "hypothesis"},
    {"question1", "question2"},
    {"question", "sentence"},
    {"question", "passage"},
    {"text_a", "text_b"},
}};
constexpr std::array<std::string_view, 5> kSingles{"text", "sentence", "review", "question",
                                                   "content"};
constexpr std::array<std::string_view, 8> kLabels{"label",  "labels", "category", "class",
                                                  "intent", "target", "score",    "similarity"};
// Numbers are taken as classes only up to here: beyond they are something else, such as an index.
constexpr std::int64_t kMostNumberedClasses = 10'000;

[[noreturn]] void refuse(const Table& table, std::size_t line, const std::string& field,
                         const std::string& why)
{
    throw Error(ErrorCode::InvalidInput,
                placeOf(table.name, line) + ", field \"" + field + "\": " + why);
}

[[noreturn]] void notRecognised(const Table& table, const std::string& what)
{
    std::string fields;
    for (const std::string& field : table.fields) {
        fields += (fields.empty() ? "" : ", ") + field;
    }
    throw Error(ErrorCode::NotFound, table.name + ": no field is known to hold " + what +
                                         ". Name it. The fields are: " + fields + ".");
}

template <std::size_t N>
std::string firstKnown(const Table& table, const std::array<std::string_view, N>& names)
{
    const auto found = std::ranges::find_if(
        names, [&](std::string_view name) { return table.find(name).has_value(); });
    return found == names.end() ? std::string() : std::string(*found);
}

void chooseFields(ClassificationSet& set, const Table& table, const ClassificationOptions& options)
{
    set.textField = options.text;
    set.pairField = options.pair;
    if (options.text.empty() != options.pair.empty() && options.text.empty()) {
        throw Error(ErrorCode::InvalidInput, table.name + ": \"" + options.pair +
                                                 "\" is to be the second text. Name the first one "
                                                 "as well.");
    }
    if (options.text.empty()) {
        const auto pair = std::ranges::find_if(kPairs, [&](const FieldPair& fields) {
            return table.find(fields.first) && table.find(fields.second);
        });
        set.textField =
            pair != kPairs.end() ? std::string(pair->first) : firstKnown(table, kSingles);
        set.pairField = pair != kPairs.end() ? std::string(pair->second) : "";
    }
    if (set.textField.empty()) {
        notRecognised(table, "the text");
    }
    set.labelField = options.label.empty() ? firstKnown(table, kLabels) : options.label;
    if (set.labelField.empty()) {
        notRecognised(table, "the label");
    }
    set.pairs = !set.pairField.empty();
}

const std::string& filledCell(const Table& table, const TableRow& row, std::size_t field)
{
    const std::string& cell = table.cell(row, field);
    if (cell.find_first_not_of(" \t\r\n") == std::string::npos) {
        refuse(table, row.line, table.fields[field], "it is empty.");
    }
    return cell;
}

template <class Number>
std::optional<Number> numberIn(const std::string& text)
{
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// "0", "1", ... up to the largest, when all labels are such numbers; else nothing.
std::vector<std::string> numberedLabels(const Table& table, std::size_t field)
{
    std::int64_t largest = -1;
    for (const TableRow& row : table.rows) {
        const auto number = numberIn<std::int64_t>(filledCell(table, row, field));
        if (!number) {
            return {};
        }
        if (*number < 0 || *number >= kMostNumberedClasses) {
            refuse(table, row.line, table.fields[field],
                   std::to_string(*number) + " is no class: classes are numbered from 0 to " +
                       std::to_string(kMostNumberedClasses - 1) +
                       " (-1 is how test sets without answers are marked).");
        }
        largest = std::max(largest, *number);
    }
    std::vector<std::string> names;
    for (std::int64_t number = 0; number <= largest; ++number) {
        names.push_back(std::to_string(number));
    }
    return names;
}

std::vector<std::string> foundLabels(const Table& table, std::size_t field)
{
    std::vector<std::string> names = numberedLabels(table, field);
    if (!names.empty()) {
        return names;
    }
    std::unordered_map<std::string, std::size_t> seen;
    for (const TableRow& row : table.rows) {
        const std::string& name = filledCell(table, row, field);
        if (seen.emplace(name, seen.size()).second) {
            names.push_back(name);
        }
    }
    return names;
}

/// Numbers of class names.
class LabelMap {
public:
    LabelMap(const Table& table, const std::vector<std::string>& labels)
        : m_table(table)
        , m_count(static_cast<std::int64_t>(labels.size()))
    {
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (!m_numbers.emplace(labels[i], static_cast<std::int32_t>(i)).second) {
                throw Error(ErrorCode::InvalidInput,
                            table.name + ": the class \"" + labels[i] + "\" is named twice.");
            }
        }
    }

    std::int32_t of(const TableRow& row, std::size_t field) const
    {
        const std::string& cell = filledCell(m_table, row, field);
        if (const auto found = m_numbers.find(cell); found != m_numbers.end()) {
            return found->second;
        }
        const auto number = numberIn<std::int64_t>(cell);
        if (!number || *number < 0 || *number >= m_count) {
            refuse(m_table, row.line, m_table.fields[field],
                   "\"" + cell + "\" is none of the " + std::to_string(m_count) +
                       " classes, and no number from 0 to " + std::to_string(m_count - 1) + ".");
        }
        return static_cast<std::int32_t>(*number);
    }

private:
    const Table& m_table;
    std::int64_t m_count;
    std::unordered_map<std::string, std::int32_t> m_numbers;
};

double valueOf(const Table& table, const TableRow& row, std::size_t field)
{
    const std::string& cell = filledCell(table, row, field);
    const auto value = numberIn<double>(cell);
    if (!value || !std::isfinite(*value)) {
        refuse(table, row.line, table.fields[field], "\"" + cell + "\" is no finite number.");
    }
    return *value;
}

std::string fingerprintOf(const ClassificationSet& set)
{
    Sha256 hash;
    for (const ClassificationExample& example : set.examples) {
        Json record = Json::array({example.text});
        if (set.pairs) {
            record.push_back(example.pair);
        }
        if (set.target == Target::Class) {
            record.push_back(set.labels[static_cast<std::size_t>(example.label)]);
        } else {
            record.push_back(example.value);
        }
        const std::string line = compactText(record) + "\n";
        hash.add(line.data(), line.size());
    }
    return hash.hex();
}

} // namespace

std::vector<std::int64_t> ClassificationSet::labelCounts() const
{
    std::vector<std::int64_t> counts(labels.size(), 0);
    for (const ClassificationExample& example : examples) {
        if (target == Target::Class) {
            ++counts[static_cast<std::size_t>(example.label)];
        }
    }
    return counts;
}

std::vector<std::int64_t> ClassificationSet::classes() const
{
    std::vector<std::int64_t> list;
    for (const ClassificationExample& example : examples) {
        list.push_back(example.label);
    }
    return list;
}

ClassificationSet classificationOf(const Table& table, const ClassificationOptions& options)
{
    ClassificationSet set{.source = table.name, .target = options.target};
    chooseFields(set, table, options);
    const std::size_t text = table.require(set.textField);
    const std::size_t pair = set.pairs ? table.require(set.pairField) : text;
    const std::size_t label = table.require(set.labelField);
    if (set.target == Target::Class) {
        set.labels = options.labels.empty() ? foundLabels(table, label) : options.labels;
    } else if (!options.labels.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    table.name + ": class names are given for numbers that are to be predicted.");
    }
    const LabelMap numbers(table, set.labels);
    for (const TableRow& row : table.rows) {
        ClassificationExample example{.text = filledCell(table, row, text), .line = row.line};
        if (set.pairs) {
            example.pair = filledCell(table, row, pair);
        }
        if (set.target == Target::Class) {
            example.label = numbers.of(row, label);
        } else {
            example.value = valueOf(table, row, label);
        }
        set.examples.push_back(std::move(example));
    }
    set.fingerprint = fingerprintOf(set);
    return set;
}

ClassificationSet readClassification(const Path& file, const ClassificationOptions& options)
{
    return classificationOf(readTable(file, options.table), options);
}

} // namespace espalier
