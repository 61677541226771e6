// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/report/Report.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// One self-contained page: styles and figures inside, no script, nothing loaded, light, prints on
/// A4.
ESPALIER_API std::string htmlReport(const Report& report);

/// Figures are linked as figures/<id>.svg, where writeReport() puts them.
ESPALIER_API std::string markdownReport(const Report& report);

/// Full precision, a point, no groups. A number that is missing is an empty field, one that is not
/// a number "nan"; columns with a deviation are followed by one of the same name and " std".
ESPALIER_API std::string csvTable(const ReportTable& table);
/// The numbers a figure draws.
ESPALIER_API std::string csvFigure(const Chart& chart);

/// A booktabs table with caption and notes, arrows for the better direction, the best in bold.
ESPALIER_API std::string latexTable(const ReportTable& table);
/// Escapes what LaTeX would take for itself, and writes our typography (thin spaces, ±, ×10⁷) in
/// its commands.
ESPALIER_API std::string latexEscaped(std::string_view text);

/// `id` with what file systems and URLs dislike replaced by '-'.
ESPALIER_API std::string fileNameOf(std::string_view id);

/// report.html, report.md, tables/*.csv and *.tex, figures/*.svg and *.csv; each file atomically,
/// report.html last. Returns the files. Throws Io.
ESPALIER_API std::vector<Path> writeReport(const Report& report, const Path& folder);

} // namespace espalier
