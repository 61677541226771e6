// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportWriters.h"

#include <algorithm>
#include <cctype>
#include <utility>

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

namespace {

/// Tables and figures of an earlier report in `folder` would be taken for those of this one. Only
/// what a report writes goes: a drawing or table, and the numbers beside it.
void removeEarlier(const Path& folder, const std::vector<Path>& written)
{
    std::error_code ignored;
    for (const auto& [part, drawn] : {std::pair{"tables", ".tex"}, std::pair{"figures", ".svg"}}) {
        std::vector<Path> old;
        for (const auto& entry : std::filesystem::directory_iterator(folder / part, ignored)) {
            const Path& file = entry.path();
            const Path twin = Path(file).replace_extension(drawn);
            const bool isOurs =
                file.extension() == drawn || (file.extension() == ".csv" && exists(twin, ignored));
            if (isOurs && std::ranges::find(written, file) == written.end()) {
                old.push_back(file);
            }
        }
        for (const Path& file : old) {
            std::filesystem::remove(file, ignored);
        }
    }
}

} // namespace

std::vector<Path> writeReport(const Report& report, const Path& folder)
{
    std::error_code ignored;
    const bool hadReport = std::filesystem::exists(folder / "report.html", ignored);
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
    if (hadReport) {
        removeEarlier(folder, files);
    }
    return files;
}

} // namespace espalier
