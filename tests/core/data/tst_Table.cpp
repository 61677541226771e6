// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/JsonRecords.h"
#include "core/data/Table.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

using Names = std::vector<std::string>;

const Path kData = Path(ESPALIER_TEST_DATA) / "data";

/// Cells with "-" for a missing one.
Names cells(const Table& table, std::size_t row)
{
    Names list;
    for (const auto& cell : table.rows.at(row).cells) {
        list.push_back(cell.value_or("-"));
    }
    return list;
}

} // namespace

TEST(csvKeepsCommasQuotesAndLineEndsInsideQuotes)
{
    const Table table = readTable(kData / "reviews.csv"); // CRLF, byte order mark, a blank line
    COMPARE(table.fields, (Names{"id", "text", "label"}));
    COMPARE(table.rows.size(), std::size_t(3));
    COMPARE(cells(table, 0), (Names{"1", "A garden, walled", "good"}));
    COMPARE(cells(table, 1), (Names{"2", "He said \"no\"\nand left", "bad"}));
    COMPARE(cells(table, 2), (Names{"3", "plain 5\" pot", "good"}));
    COMPARE(table.rows[0].line, std::size_t(2));
    COMPARE(table.rows[1].line, std::size_t(4));
    COMPARE(table.rows[2].line, std::size_t(6)); // the record before takes two lines
}

TEST(tsvHasNoQuotesAndMayBePacked)
{
    const Table table = readTable(kData / "reviews.tsv.gz");
    COMPARE(cells(table, 0), (Names{"\"Quoted\" start", "1"}));
    COMPARE(cells(table, 1), (Names{"a single \" quote", "0"}));
}

TEST(jsonRowsMayHaveDifferentFields)
{
    const Table table = readTable(kData / "rows.jsonl.zst");
    COMPARE(table.fields, (Names{"label", "ok", "text", "score"}));
    COMPARE(cells(table, 0), (Names{"3", "true", "one", "-"}));
    COMPARE(cells(table, 1), (Names{"-", "-", "two", "1.5"}));
    VERIFY_FAILS(table.cell(table.rows[1], 0), ErrorCode::InvalidInput,
                 "line 3: the field \"label\" is missing or null");
    VERIFY_FAILS(table.require("texts"), ErrorCode::NotFound, "\"text\", \"score\"");
}

TEST(oneJsonListIsReadLikeLines)
{
    const TableOptions json{.form = TableForm::JsonLines};
    const Table table =
        parseTable("[\n{\"a\": \"x, ]}\\\"\"},\n\n {\"a\":\n \"y\"},{\"a\": 7} ]\n", "list", json);
    COMPARE(cells(table, 0), (Names{"x, ]}\""}));
    COMPARE(table.rows[1].line, std::size_t(4));
    COMPARE(table.rows[2].line, std::size_t(5));
    COMPARE(cells(table, 2), (Names{"7"}));
    VERIFY_FAILS(parseTable("[]", "empty", json), ErrorCode::InvalidInput, "holds no record");
    VERIFY_FAILS(parseTable("[{\"a\":1},]", "x", json), ErrorCode::Corrupt, "x, line 1");
    VERIFY_FAILS(parseTable("[{\"a\":1}]\n[", "x", json), ErrorCode::Corrupt, "x, line 2");
    VERIFY_FAILS(parseTable("[{\"a\":1}}", "x", json), ErrorCode::Corrupt, "not closed");
}

TEST(namesMayBeGivenForAFileWithout)
{
    const Table table = parseTable("7\tred\n8\tblue", "colours",
                                   {.form = TableForm::Tsv, .fields = {"id", "colour"}});
    COMPARE(cells(table, 0), (Names{"7", "red"}));
    COMPARE(cells(table, 1), (Names{"8", "blue"})); // no line end at the end
    const Table last = parseTable("a,b\r\n1,\r\n,2", "empty cells", {.form = TableForm::Csv});
    COMPARE(cells(last, 0), (Names{"1", ""}));
    COMPARE(cells(last, 1), (Names{"", "2"}));
}

TEST(damageIsToldWithItsPlace)
{
    const auto refused = [](const char* file, ErrorCode code, const char* words) {
        VERIFY_FAILS(readTable(kData / file), code, words);
    };
    refused("open-quote.csv", ErrorCode::Corrupt, "open-quote.csv, line 3, field 1: the quote");
    refused("after-quote.csv", ErrorCode::InvalidInput, "line 2, field 1: text follows");
    refused("short-row.tsv", ErrorCode::InvalidInput,
            "line 3 has 2 fields, 3 are named: \"label\" is the first that is missing");
    refused("long-row.csv", ErrorCode::InvalidInput, "line 3 has 3 fields, 2 are named");
    refused("twice-named.csv", ErrorCode::InvalidInput,
            "line 1: the field \"text\" is named twice");
    refused("not-utf8.csv", ErrorCode::InvalidInput, "line 2 is not UTF-8: byte 14");
    refused("nested.jsonl", ErrorCode::InvalidInput, "line 2, field \"text\" holds an array");
    refused("cut-list.json", ErrorCode::Corrupt, "line 3: the list ends too early");
    refused("no-object.jsonl", ErrorCode::InvalidInput, "line 2 holds number");
    refused("names-only.csv", ErrorCode::InvalidInput, "holds no record");
    refused("reviews-cut.tsv.gz", ErrorCode::Corrupt, "ends too early");
    refused("nowhere.csv", ErrorCode::NotFound, "nowhere.csv");
}

TEST(everyCutOfAFileIsReadOrRefused)
{
    // No cut may crash or hang; what is read has whole rows.
    const std::string whole = readUtf8File(kData / "reviews.csv");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        for (const TableForm form : {TableForm::Csv, TableForm::Tsv, TableForm::JsonLines}) {
            try {
                const Table table = parseTable(whole.substr(0, size), "cut", {.form = form});
                VERIFY(table.rows.back().cells.size() == table.fields.size());
            } catch (const Error& error) {
                VERIFY(error.code() == ErrorCode::InvalidInput ||
                       error.code() == ErrorCode::Corrupt);
            }
        }
    }
}

TEST(formIsKnownByName)
{
    VERIFY(tableFormOf("a.csv.zst") == TableForm::Csv);
    VERIFY(tableFormOf("a.tab") == TableForm::Tsv);
    VERIFY(tableFormOf("a.json.gz") == TableForm::JsonLines);
    VERIFY(!tableFormOf("a.txt"));
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "a.txt", "x");
    VERIFY_FAILS(readTable(folder.path() / "a.txt"), ErrorCode::InvalidInput, "Name it .csv");
}
