// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/TaskData.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/data/CompressedFile.h"
#include "core/data/DataSource.h"
#include "core/eval/PythonRandom.h"
#include "core/eval/PythonText.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <filesystem>

namespace espalier {

namespace {

constexpr std::string_view kBetweenExamples = "\n\n";

/// Lines that are not blank, with their numbers from 1.
std::vector<std::pair<std::size_t, std::string_view>> linesOf(std::string_view text)
{
    std::vector<std::pair<std::size_t, std::string_view>> lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.find_first_not_of(" \t") != std::string_view::npos) {
            lines.emplace_back(number, line);
        }
    }
    return lines;
}

std::string whereOf(const Path& file, std::size_t line)
{
    return file.string() + ", line " + std::to_string(line);
}

std::vector<std::string> cellsOf(std::string_view line)
{
    std::vector<std::string> cells;
    while (true) {
        const std::size_t end = line.find('\t');
        cells.emplace_back(line.substr(0, end));
        if (end == std::string_view::npos) {
            return cells;
        }
        line = line.substr(end + 1);
    }
}

struct Row {
    Json doc = {};
    std::size_t line = 0;
};

std::vector<Row> tableRows(const Path& file, std::string_view text)
{
    std::vector<Row> rows;
    std::vector<std::string> names;
    for (const auto& [number, line] : linesOf(text)) {
        const std::vector<std::string> cells = cellsOf(line);
        if (names.empty()) {
            names = cells;
            continue;
        }
        if (cells.size() != names.size()) {
            throw Error(ErrorCode::InvalidInput,
                        whereOf(file, number) + " has " + std::to_string(cells.size()) +
                            " columns, the first line names " + std::to_string(names.size()) + ".");
        }
        Json doc = Json::object();
        for (std::size_t i = 0; i < names.size(); ++i) {
            doc[names[i]] = cells[i];
        }
        rows.push_back({std::move(doc), number});
    }
    return rows;
}

std::vector<Row> jsonRows(const Path& file, std::string_view text)
{
    std::vector<Row> rows;
    for (const auto& [number, line] : linesOf(text)) {
        Json doc = parseJson(line, whereOf(file, number));
        if (!doc.is_object()) {
            throw Error(ErrorCode::InvalidInput,
                        whereOf(file, number) + " is not a JSON object with fields.");
        }
        rows.push_back({std::move(doc), number});
    }
    return rows;
}

bool isTable(const Path& file)
{
    const std::string name = file.filename().string();
    return name.ends_with(".tsv") || name.ends_with(".tsv.gz") || name.ends_with(".tsv.zst");
}

std::string readTaskFile(const Path& file)
{
    requireReadable(file);
    std::string text = readUnpacked(file);
    if (const auto position = firstInvalidByte(text)) {
        throw Error(ErrorCode::InvalidInput, file.string() + " is not UTF-8: byte " +
                                                 std::to_string(*position) +
                                                 " belongs to no character.");
    }
    return text;
}

/// PIQA's and WinoGrande's answers come in a file of their own, one a line.
void addLabels(const TaskForm& form, const Path& file, std::vector<Row>& rows)
{
    const std::string field(form.labelField);
    const bool lacksThem =
        !field.empty() && !rows.empty() &&
        std::ranges::none_of(rows, [&](const Row& row) { return row.doc.contains(field); });
    const Path labels = file.parent_path() / (file.stem().string() + "-labels.lst");
    if (!lacksThem || !std::filesystem::is_regular_file(labels)) {
        return;
    }
    const std::string text = readTaskFile(labels);
    const auto lines = linesOf(text);
    if (lines.size() != rows.size()) {
        throw Error(ErrorCode::InvalidInput,
                    labels.string() + " has " + std::to_string(lines.size()) + " answers, " +
                        file.string() + " has " + std::to_string(rows.size()) + " questions.");
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].doc[field] = std::string(lines[i].second);
    }
}

std::vector<TaskQuestion> readQuestions(const TaskForm& form, const Path& file,
                                        const std::string& text)
{
    std::vector<Row> rows = isTable(file) ? tableRows(file, text) : jsonRows(file, text);
    addLabels(form, file, rows);
    if (rows.empty()) {
        throw Error(ErrorCode::InvalidInput, file.string() + " holds no question of " +
                                                 std::string(form.name) + ". A row is " +
                                                 std::string(form.fields) + ".");
    }
    std::vector<TaskQuestion> questions;
    for (const Row& row : rows) {
        questions.push_back(form.read(row.doc, whereOf(file, row.line)));
    }
    return questions;
}

/// The examples of each question in turn, from one generator.
class Examples {
public:
    Examples(const std::vector<TaskQuestion>& pool, bool holdsQuestions,
             const TaskDataOptions& options)
        : m_pool(pool)
        , m_holdsQuestions(holdsQuestions)
        , m_count(static_cast<std::size_t>(options.shots))
        , m_random(options.shotSeed)
    {
    }

    std::string before(const TaskQuestion& question)
    {
        std::string text;
        for (const std::size_t place : draw(question)) {
            text += m_pool[place].example;
            text += kBetweenExamples;
        }
        return text;
    }

private:
    std::vector<std::size_t> draw(const TaskQuestion& question)
    {
        if (!m_holdsQuestions) {
            return m_random.sample(m_pool.size(), m_count);
        }
        const auto isQuestion = [&](std::size_t place) {
            return m_pool[place].doc == question.doc;
        };
        std::vector<std::size_t> places = m_random.sample(m_pool.size(), m_count + 1);
        std::erase_if(places, isQuestion);
        if (places.size() < m_count) { // the question stands there more than once
            std::vector<std::size_t> others;
            for (std::size_t i = 0; i < m_pool.size(); ++i) {
                if (!isQuestion(i)) {
                    others.push_back(i);
                }
            }
            places.clear();
            for (const std::size_t i : m_random.sample(others.size(), m_count)) {
                places.push_back(others[i]);
            }
        }
        places.resize(m_count);
        return places;
    }

    const std::vector<TaskQuestion>& m_pool;
    bool m_holdsQuestions;
    std::size_t m_count;
    PythonRandom m_random;
};

} // namespace

TaskData loadTask(const TaskForm& form, const Path& file, const TaskDataOptions& options)
{
    const std::string text = readTaskFile(file);
    const std::vector<TaskQuestion> all = readQuestions(form, file, text);
    TaskData data{.questions = all,
                  .available = static_cast<std::int64_t>(all.size()),
                  .sha256 = sha256OfFile(file)};
    if (options.limit > 0 && options.limit < data.available) {
        data.questions.resize(static_cast<std::size_t>(options.limit));
    }
    if (options.shots == 0) {
        return data;
    }
    const std::vector<TaskQuestion> other =
        options.shotFile.empty()
            ? std::vector<TaskQuestion>()
            : readQuestions(form, options.shotFile, readTaskFile(options.shotFile));
    Examples examples(other.empty() ? all : other, other.empty(), options);
    for (TaskQuestion& question : data.questions) {
        const std::string before = examples.before(question);
        for (TaskRequest& request : question.requests) {
            request.context = before + request.context;
        }
    }
    return data;
}

} // namespace espalier
