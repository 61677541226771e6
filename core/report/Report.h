// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/SvgChart.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

/// A cell holds a text, or a number with the deviation over seeds, or the reason why there is none.
struct ReportCell {
    std::string text = {}; // typeset
    double value = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();
    std::string absent = {}; // the reason for the dash
    bool best = false;
};

enum class BetterDirection { None = 1, Lower, Higher };

struct ReportColumn {
    std::string key = {};     // stable, for CSV: "perplexity", "mean_kld"
    std::string heading = {}; // "Perplexity"
    std::string detail = {};  // unit and protocol: "tinystories, 64 × 512"
    BetterDirection better = BetterDirection::None;
    bool numeric = true;
};

struct ReportTable {
    std::string id = {}; // file name: "results"
    std::string caption = {};
    std::vector<ReportColumn> columns = {};
    std::vector<std::vector<ReportCell>> rows = {};
    std::vector<std::size_t> breaks = {}; // rows that begin a new part
    std::vector<std::string> notes = {};
};

struct ReportFigure {
    std::string id = {};
    std::string caption = {}; // with the definition of error bars or bands
    Chart chart = {};
    ChartSize size = {};
};

/// What is needed to believe and repeat one run.
struct ReportRun {
    std::string heading = {}; // "Run 0041: prune-wanda"
    std::vector<std::pair<std::string, std::string>> facts = {};
    std::string command = {};
};

/// A report before it is written: plain values, each number with the run it came from.
struct Report {
    std::string title = {};
    std::string subtitle = {};
    std::vector<std::string> protocol = {}; // sentences
    std::vector<std::string> findings = {};
    std::vector<ReportTable> tables = {};
    std::vector<ReportFigure> figures = {};
    std::vector<ReportRun> runs = {};
    std::vector<std::string> notes = {}; // what a reader must know before quoting a number
};

} // namespace espalier
