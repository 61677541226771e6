// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportWriters.h"

#include <cctype>

namespace espalier {

std::string fileNameOf(std::string_view id)
{
    std::string name;
    for (const char character : id) {
        const bool plain = std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                           character == '.' || character == '_' || character == '-';
        name += plain ? character : '-';
    }
    return name.empty() || name.front() == '.' ? "-" + name : name;
}

std::vector<Path> writeReport(const Report& report, const Path& folder)
{
    std::vector<Path> files;
    const auto write = [&](const Path& file, const std::string& content) {
        makeFolder(file.parent_path());
        writeFileAtomically(file, content);
        files.push_back(file);
    };
    for (const ReportTable& table : report.tables) {
        const std::string name = fileNameOf(table.id);
        write(folder / "tables" / (name + ".csv"), csvTable(table));
        write(folder / "tables" / (name + ".tex"), latexTable(table));
    }
    for (const ReportFigure& figure : report.figures) {
        const std::string name = fileNameOf(figure.id);
        write(folder / "figures" / (name + ".svg"),
              toSvg(figure.chart, figure.caption, figure.size));
        write(folder / "figures" / (name + ".csv"), csvFigure(figure.chart));
    }
    write(folder / "report.md", markdownReport(report));
    write(folder / "report.html", htmlReport(report));
    return files;
}

} // namespace espalier
