// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/JsonRecords.h"

#include "core/base/Error.h"
#include "core/data/CompressedFile.h"
#include "core/data/DataSource.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::size_t linesIn(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

void readOne(std::string_view text, const std::string& place, std::size_t line,
             const JsonRecordReader& read)
{
    const Json record = parseJson(text, place);
    if (!record.is_object()) {
        throw Error(ErrorCode::InvalidInput, place + " holds " + record.type_name() +
                                                 ", not a JSON object with named fields.");
    }
    read(record, line);
}

/// Where the value that starts at `begin` ends: at the comma or bracket that closes it. Strings and
/// nesting are followed, nothing else is checked: the parser does that.
std::size_t valueEnd(std::string_view content, std::size_t begin)
{
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = begin; i < content.size(); ++i) {
        const char byte = content[i];
        if (quoted) {
            i += byte == '\\' ? 1 : 0;
            quoted = byte != '"';
        } else if (byte == '"') {
            quoted = true;
        } else if (byte == '{' || byte == '[') {
            ++depth;
        } else if (depth == 0 && (byte == ',' || byte == ']' || byte == '}')) {
            return i;
        } else if (byte == '}' || byte == ']') {
            --depth;
        }
    }
    return std::string_view::npos;
}

class ArrayReader {
public:
    ArrayReader(std::string_view content, const std::string& name)
        : m_content(content)
        , m_name(name)
    {
    }

    void readAll(const JsonRecordReader& read)
    {
        moveTo(m_content.find('[') + 1);
        skipBlanks();
        bool more = byte() != ']';
        while (more) {
            const std::size_t end = valueEnd(m_content, m_at);
            if (end == std::string_view::npos) {
                refuse("the list ends too early, inside this record");
            }
            readOne(m_content.substr(m_at, end - m_at), placeOf(m_name, m_line), m_line, read);
            moveTo(end);
            more = byte() == ',';
            if (more) {
                moveTo(m_at + 1);
                skipBlanks();
            }
        }
        if (byte() != ']') {
            refuse("the list of records is not closed by ]");
        }
        moveTo(m_at + 1);
        skipBlanks();
        if (m_at != m_content.size()) {
            refuse("something follows the closed list of records");
        }
    }

private:
    char byte() const { return m_at < m_content.size() ? m_content[m_at] : '\0'; }

    void moveTo(std::size_t position)
    {
        m_line += linesIn(m_content.substr(m_at, position - m_at));
        m_at = position;
    }

    void skipBlanks()
    {
        moveTo(std::min(m_content.find_first_not_of(kBlanks, m_at), m_content.size()));
    }

    [[noreturn]] void refuse(const std::string& why) const
    {
        throw Error(ErrorCode::Corrupt,
                    placeOf(m_name, m_line) + ": " + why + ". Copy or make the file again.");
    }

    std::string_view m_content;
    const std::string& m_name;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
};

} // namespace

std::string placeOf(const std::string& file, std::size_t line)
{
    return file + ", line " + std::to_string(line);
}

std::string fieldNames(const Json& record)
{
    std::string names;
    for (const auto& [name, value] : record.items()) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return names.empty() ? "none" : names;
}

std::string readUtf8File(const Path& file)
{
    requireReadable(file);
    std::string text = readUnpacked(file);
    if (const auto position = firstInvalidByte(text)) {
        throw Error(
            ErrorCode::InvalidInput,
            placeOf(file.string(), 1 + linesIn(std::string_view(text).substr(0, *position))) +
                " is not UTF-8: byte " + std::to_string(*position) +
                " of the file belongs to no character. Convert the file to UTF-8.");
    }
    if (text.starts_with(kByteOrderMark)) {
        text.erase(0, kByteOrderMark.size());
    }
    return text;
}

void readJsonRecords(std::string_view content, const std::string& name,
                     const JsonRecordReader& read)
{
    const std::size_t first = content.find_first_not_of(kBlanks);
    if (first != std::string_view::npos && content[first] == '[') {
        ArrayReader(content, name).readAll(read);
        return;
    }
    for (std::size_t line = 1; !content.empty(); ++line) {
        const std::size_t end = content.find('\n');
        const std::string_view text = content.substr(0, end);
        content = end == std::string_view::npos ? std::string_view() : content.substr(end + 1);
        if (text.find_first_not_of(kBlanks) != std::string_view::npos) {
            readOne(text, placeOf(name, line), line, read);
        }
    }
}

} // namespace espalier
