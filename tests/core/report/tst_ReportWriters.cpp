// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportWriters.h"
#include "tests/core/report/XmlCheck.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <limits>

using namespace std::string_literals;
using namespace espalier;
using espalier::test::countOf;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

ReportCell text(const std::string& content)
{
    ReportCell cell;
    cell.text = content;
    return cell;
}

ReportTable table()
{
    ReportTable table{"perplexity-a/b", "Perplexity & more, 50\u202F% of a_b."};
    table.columns = {
        {"method", "Method", {}, BetterDirection::None, false},
        {"perplexity", "Perplexity", "stories, 64 × 512", BetterDirection::Lower, true}};
    table.rows = {
        {text("Wanda, pattern \"2:4\""), {"16.41\u00A0± 0.05", 16.4123456789, 0.0527, {}, true}},
        {text("a|b_c"), {"\u2013", kNan, kNan, "not measured in run 0002"}},
        {text("x"), {"×", kNan, kNan, "not a number in run 0003"}}};
    table.notes = {"\u2013: not measured in run 0002."};
    return table;
}

Report report()
{
    Report report{"Halving <stories> & more", "25 November 2026"};
    report.protocol = {"Evaluation on stories."};
    report.tables = {table()};
    PlotChart chart{{"Size (MB)"}, {"Perplexity"}, SeriesLook::MarkedLines};
    chart.series = {{"Wanda", 0, {{10.5, 30.25, 2.0, true, "sparsity 0.5"}, {20, 20}}}};
    chart.front = {{20, 20}};
    report.figures = {{"curve-train/loss", "A caption.", chart, kOneColumn}};
    report.runs = {{"Run 0001: Wanda", {{"seed", "3"}}, "espalier-run apply 'a b' <c>"}};
    report.notes = {"Sample data."};
    return report;
}

} // namespace

TEST(csvHasTheFullNumbers)
{
    COMPARE(csvTable(table()), "method,\"perplexity [stories, 64 × 512]\",perplexity std\n"
                               "\"Wanda, pattern \"\"2:4\"\"\",16.4123456789,0.0527\n"
                               "a|b_c,,\n"
                               "x,nan,\n"s);
}

TEST(csvOfFiguresHasEveryPoint)
{
    COMPARE(csvFigure(report().figures[0].chart), "series,kind,point,Size (MB),Perplexity,std\n"
                                                  "Wanda,value,sparsity 0.5,10.5,30.25,2\n"
                                                  "Wanda,value,,20,20,\n"
                                                  "front,corner,,20,20,\n"s);
    PlotChart panel = std::get<PlotChart>(report().figures[0].chart);
    panel.heading = "stories";
    COMPARE(csvFigure(PanelChart{{panel}}),
            "panel,value of,series,kind,point,Size (MB),value,std\n"
            "stories,Perplexity,Wanda,value,sparsity 0.5,10.5,30.25,2\n"
            "stories,Perplexity,Wanda,value,,20,20,\n"
            "stories,Perplexity,front,corner,,20,20,\n"s);
    HeatMapChart map;
    map.columnTitle = "Block";
    map.value.title = "Sparsity";
    map.rows = {"q"};
    map.columns = {"0", "1", "2"};
    map.panels = {{"Wanda", {{0.1, std::nullopt, kNan}}}};
    COMPARE(csvFigure(map),
            "panel,row,Block,Sparsity\nWanda,q,0,0.1\nWanda,q,1,\nWanda,q,2,nan\n"s);
    BarChart bars;
    bars.value.title = "Time (s)";
    bars.categories = {"Wanda"};
    bars.series = {{"load", 0, {1.25}}, {"recover", 1, {kNan}}};
    COMPARE(csvFigure(bars), "category,series,Time (s)\nWanda,load,1.25\nWanda,recover,\n"s);
}

TEST(latexEscapesWhatItWouldTakeForItself)
{
    COMPARE(
        latexEscaped("a_b & 50% #1 $x {y} ~z ^w \\v"),
        "a\\_b \\& 50\\% \\#1 \\$x \\{y\\} \\textasciitilde{}z \\textasciicircum{}w \\textbackslash{}v"s);
    COMPARE(
        latexEscaped("16.4\u00A0± 0.1, 260\u202F032, \u22122×10⁻⁶"),
        "16.4~$\\pm$ 0.1, 260\\,032, $-$2$\\times$10\\textsuperscript{$-$}\\textsuperscript{6}"s);
    COMPARE(latexEscaped(""), ""s);
}

TEST(latexTablesAreBooktabs)
{
    const std::string latex = latexTable(table());
    for (const char* part :
         {"\\begin{tabular}{>{\\raggedright\\arraybackslash}p{76pt}r}", "\\toprule", "\\midrule",
          "\\bottomrule", "\\end{tabular}",
          "\\shortstack[r]{Perplexity $\\downarrow$\\\\stories, 64\\\\$\\times$ 512} \\\\\n",
          "\\textbf{16.41~$\\pm$ 0.05} \\\\", "a\\textbar{}b\\_c & -- \\\\",
          "\\label{tab:perplexity-a-b}", "50\\,\\% of a\\_b"}) {
        VERIFY2(latex.find(part) != std::string::npos, part + "\n"s + latex);
    }
    COMPARE(countOf(latex, "\\\\\n"), 4U); // heading, three rows
}

TEST(latexTablesAreCutToTheWidthOfAPage)
{
    ReportTable wide = table();
    for (int i = 0; i < 6; ++i) {
        wide.columns.push_back({"k", "Figure " + std::to_string(i), {}, BetterDirection::None});
        for (std::vector<ReportCell>& row : wide.rows) {
            row.push_back(text("0.6551\u00A0± 0.00" + std::to_string(i)));
        }
    }
    const std::string latex = latexTable(wide);
    const std::size_t parts = countOf(latex, "\\begin{table}");
    VERIFY2(parts >= 2 && parts <= 4, latex);
    COMPARE(countOf(latex, "Wanda, pattern"), parts); // what names a row comes again
    for (int i = 0; i < 6; ++i) {
        COMPARE(countOf(latex, "Figure " + std::to_string(i)), 1U);
        COMPARE(countOf(latex, "$\\pm$ 0.00" + std::to_string(i)), 3U);
    }
    COMPARE(countOf(latex, "\\label{tab:perplexity-a-b-2}"), 1U);
    COMPARE(countOf(latex, "not measured in run 0002."), 1U); // notes behind the last
}

TEST(htmlNeedsNothingButItself)
{
    const std::string html = htmlReport(report());
    for (const char* outside :
         {"http:", "https:", "//", "src=", "href", "url(", "@import", "<script", "<link"}) {
        VERIFY2(html.find(outside) == std::string::npos, outside);
    }
    VERIFY(html.find("<svg") != std::string::npos &&
           html.find(">Perplexity</text>") != std::string::npos);
    VERIFY(html.find("Halving &lt;stories&gt; &amp; more") != std::string::npos);
    VERIFY(html.find("<b>16.41\u00A0± 0.05</b>") != std::string::npos);
    VERIFY(html.find("title=\"not measured in run 0002\">\u2013<") != std::string::npos);
    VERIFY(html.find("espalier-run apply &#39;a b&#39; &lt;c&gt;") != std::string::npos);
    // All but the doctype, the two empty elements and the style sheet is XML.
    const std::size_t body = html.find("<body>");
    COMPARE(espalier::test::xmlProblem(html.substr(body, html.find("</html>") - body)), ""s);
}

TEST(newPartsOfATableAreMarked)
{
    ReportTable parted = table();
    parted.breaks = {2};
    Report whole = report();
    whole.tables = {parted};
    COMPARE(countOf(htmlReport(whole), "<tr class=\"break\"><td>x"), 1U);
    COMPARE(countOf(htmlReport(whole), "class=\"break\""), 1U);
    COMPARE(countOf(latexTable(parted), "\\addlinespace\n    x &"), 1U);
}

TEST(wideTablesPutDeviationsBelow)
{
    Report wide = report();
    const std::string mean = "16.41\u00A0± 0.05";
    VERIFY(htmlReport(wide).find("<b>" + mean) != std::string::npos);
    for (int i = 0; i < 8; ++i) {
        wide.tables[0].columns.push_back({"c", "C"});
        for (auto& row : wide.tables[0].rows) {
            row.push_back(text("1"));
        }
    }
    const std::string html = htmlReport(wide);
    VERIFY(html.find("<table class=\"wide\">") != std::string::npos);
    VERIFY(html.find("<b>16.41<small>± 0.05</small></b>") != std::string::npos);
}

TEST(markdownKeepsItsTablesWhole)
{
    const std::string markdown = markdownReport(report());
    VERIFY(markdown.find("| Method | Perplexity ↓ (stories, 64 × 512) |\n| --- | ---: |\n") !=
           std::string::npos);
    VERIFY(markdown.find("| a\\|b\\_c | \u2013 |") != std::string::npos);
    VERIFY(markdown.find("**16.41\u00A0± 0.05**") != std::string::npos);
    VERIFY(markdown.find("](figures/curve-train-loss.svg)") != std::string::npos);
    VERIFY(markdown.find("```sh\nespalier-run apply 'a b' <c>\n```") != std::string::npos);
    VERIFY(markdown.find("# Halving \\<stories\\>") != std::string::npos);
}

TEST(writesEveryFile)
{
    const espalier::test::TempFolder folder;
    const auto files = writeReport(report(), folder.path() / "out");
    std::vector<std::string> names;
    for (const Path& file : files) {
        names.push_back(file.lexically_relative(folder.path() / "out").string());
        VERIFY(!readFile(file).empty());
    }
    COMPARE(names,
            (std::vector<std::string>{"tables/perplexity-a-b.csv", "tables/perplexity-a-b.tex",
                                      "figures/curve-train-loss.svg",
                                      "figures/curve-train-loss.csv", "report.md", "report.html"}));
    const std::string svg = readFile(folder.path() / "out/figures/curve-train-loss.svg");
    COMPARE(espalier::test::xmlProblem(svg), ""s);
    VERIFY(svg.find("xmlns=") != std::string::npos);
}

TEST(nothingOfAnEarlierReportIsLeftNorAnythingElseTaken)
{
    const espalier::test::TempFolder folder;
    Report earlier = report();
    earlier.tables[0].id = "old-table";
    earlier.figures[0].id = "old-figure";
    writeReport(earlier, folder.path());
    for (const char* name : {"tables/mine.csv", "figures/mine.txt", "figures/mine.csv"}) {
        espalier::writeFileAtomically(folder.path() / name, "mine");
    }
    const std::vector<Path> files = writeReport(report(), folder.path());
    for (const char* name : {"tables/old-table.csv", "tables/old-table.tex",
                             "figures/old-figure.svg", "figures/old-figure.csv"}) {
        VERIFY2(!std::filesystem::exists(folder.path() / name), name);
    }
    for (const char* name : {"tables/mine.csv", "figures/mine.txt", "figures/mine.csv"}) {
        VERIFY2(std::filesystem::exists(folder.path() / name), name);
    }
    for (const Path& file : files) {
        VERIFY2(std::filesystem::exists(file), file.string());
    }
}

TEST(namesOfFilesStayInTheirFolder)
{
    COMPARE(fileNameOf("train/loss/kl"), "train-loss-kl"s);
    COMPARE(fileNameOf("../../etc"), "-..-..-etc"s);
    COMPARE(fileNameOf("a b:c#d"), "a-b-c-d"s);
    COMPARE(fileNameOf(""), "-"s);
}
