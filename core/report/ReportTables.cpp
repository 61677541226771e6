// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportTables.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

using enum BetterDirection;

constexpr double kMega = 1e-6;
constexpr double kMebi = 1.0 / 1048576.0;
constexpr std::array<const char*, 6> kStages{"load",    "calibrate", "compress",
                                             "recover", "evaluate",  "export"};

std::string evalSeries(const std::string& dataset, const char* name)
{
    return "eval/" + dataset + "/" + name;
}

/// "tinystories, 64 × 512" from the rows, "tinystories" where those numbers are missing or differ.
std::string protocolOf(const ReportData& data, const std::string& dataset)
{
    std::vector<double> windows;
    std::vector<double> lengths;
    for (const RunGroup& group : data.groups) {
        for (const MeasuredRun& run : group.members) {
            if (run.values.contains(evalSeries(dataset, "perplexity"))) {
                windows.push_back(run.value(evalSeries(dataset, "windows")));
                lengths.push_back(run.value(evalSeries(dataset, "length")));
            }
        }
    }
    const auto same = [](const std::vector<double>& values) {
        return !values.empty() && std::isfinite(values.front()) &&
               std::ranges::all_of(values, [&](double value) { return value == values.front(); });
    };
    if (!same(windows) || !same(lengths)) {
        return dataset;
    }
    return dataset + ", " + countText(std::llround(windows.front())) + " × " +
           countText(std::llround(lengths.front()));
}

Measure sizeMeasure(const ReportData& data)
{
    const bool bytes = data.size != "footprint/parameters";
    std::string heading = sizeTitle(data.size);
    if (const std::size_t unit = heading.rfind(" ("); unit != std::string::npos) {
        heading.erase(unit);
    }
    return {"size",        heading, bytes ? "MB" : "",
            data.size,     Lower,   bytes ? kMega : 1.0,
            bytes ? 3 : 0, 0,       true};
}

ReportTable tableOf(const ReportData& data, std::string id, std::string caption,
                    std::vector<Measure> measures)
{
    ReportTable table{std::move(id), std::move(caption)};
    measures = measuredOnly(data.groups, std::move(measures));
    if (measures.empty()) {
        return table;
    }
    noteConstants(table, data, measures);
    addGroupColumns(table, data);
    for (const Measure& measure : measures) {
        table.columns.push_back(columnOf(measure));
    }
    std::vector<std::size_t> rowGroups;
    for (std::size_t i = 0; i < data.groups.size(); ++i) {
        std::vector<ReportCell> row = groupCells(data.groups[i], data);
        for (const Measure& measure : measures) {
            row.push_back(cellOf(data.groups[i], measure));
        }
        table.rows.push_back(std::move(row));
        rowGroups.push_back(i);
    }
    addBreaks(table, data);
    markBest(table, rowGroups, data);
    noteAbsences(table);
    return table;
}

ReportTable resultsTable(const ReportData& data)
{
    std::vector<Measure> measures{
        {"sparsity", "Sparsity", "of the linears", kSparsitySeries, None, 1.0, 2, 0, true}};
    for (const std::string& dataset : data.datasets) {
        const std::string protocol = protocolOf(data, dataset);
        measures.push_back({"perplexity " + dataset, "Perplexity", protocol,
                            evalSeries(dataset, "perplexity"), Lower});
        measures.push_back({"mean_kld " + dataset, "Mean KLD", "nat, " + dataset,
                            evalSeries(dataset, "divergence/mean_kld"), Lower, 1.0, 3, 3});
        measures.push_back({"same_top_p " + dataset, "Same top p", "%, " + dataset,
                            evalSeries(dataset, "divergence/same_top_p"), Higher, 100.0, 1});
    }
    if (!data.size.empty()) {
        measures.push_back(sizeMeasure(data));
    }
    measures.push_back(
        {"decode", "Decode", "tokens per s", "speed/decode_tokens_per_second", Higher, 1.0, 1});
    measures.push_back({"seconds", "Time", "s, all stages", kSecondsSeries, None, 1.0, 1});
    measures.push_back({"peak_rss", "Peak RSS", "MiB", kPeakRssSeries, Lower, kMebi, 0});
    return tableOf(data, "results",
                   "Results. Mean ± standard deviation over seeds where there are several.",
                   measures);
}

ReportTable perplexityTable(const ReportData& data, const std::string& dataset)
{
    const auto series = [&](const char* name) { return evalSeries(dataset, name); };
    return tableOf(
        data, "perplexity-" + dataset,
        "Perplexity on " + dataset +
            " with its protocol. The standard error is that over windows, not over seeds.",
        {{"perplexity", "Perplexity", {}, series("perplexity"), Lower},
         {"standard_error", "Standard error", "over windows", series("standard_error"), None, 1.0,
          3, 2},
         {"nll", "Summed loss", "nat", series("nll"), None, 1.0, 1, 0, true},
         {"tokens", "Tokens", "predicted", series("tokens"), None, 1.0, 0, 0, true},
         {"windows", "Windows", {}, series("windows"), None, 1.0, 0, 0, true},
         {"length", "Length", "tokens", series("length"), None, 1.0, 0, 0, true}});
}

ReportTable divergenceTable(const ReportData& data, const std::string& dataset)
{
    const auto kld = [&](const char* key, const char* heading) {
        return Measure{key,   heading, "nat", evalSeries(dataset, "divergence/") + key,
                       Lower, 1.0,     3,     3};
    };
    return tableOf(
        data, "divergence-" + dataset,
        "KL(reference‖model) of next-token distributions on " + dataset + ".",
        {kld("mean_kld", "Mean KLD"),
         kld("median_kld", "Median KLD"),
         kld("p90_kld", "90\u202F% KLD"),
         kld("p95_kld", "95\u202F% KLD"),
         kld("p99_kld", "99\u202F% KLD"),
         kld("p999_kld", "99.9\u202F% KLD"),
         kld("maximum_kld", "Maximum KLD"),
         {"standard_error", "Standard error", "of the mean, over windows",
          evalSeries(dataset, "divergence/standard_error"), None, 1.0, 3, 2},
         {"same_top_p", "Same top p", "%", evalSeries(dataset, "divergence/same_top_p"), Higher,
          100.0, 1},
         {"rms_dp", "RMS Δp", "%", evalSeries(dataset, "divergence/rms_dp"), Lower, 100.0, 2}});
}

ReportTable footprintTable(const ReportData& data)
{
    return tableOf(
        data, "footprint",
        "Footprint of the exported model. Zeros are stored like any other weight unless the column "
        "says otherwise.",
        {{"parameters", "Parameters", {}, "footprint/parameters", Lower, 1.0, 0, 0, true},
         {"zeros", "Zeros", {}, "footprint/zeros", None, 1.0, 0, 0, true},
         {"bytes", "On disk", "MB", "footprint/bytes", Lower, kMega, 3, 0, true},
         {"compressed_bytes", "After zstd", "MB", "footprint/compressed_bytes", Lower, kMega, 3, 0,
          true},
         {"bitmask_bytes", "Zeros as a bitmask", "MB", "footprint/bitmask_bytes", Lower, kMega, 3,
          0, true},
         {"bits_per_weight",
          "Bits per weight",
          {},
          "footprint/bits_per_weight",
          Lower,
          1.0,
          2,
          0,
          true}});
}

ReportTable speedTable(const ReportData& data)
{
    return tableOf(
        data, "speed", "Speed on the machine named below, in tokens per second.",
        {{"prefill", "Prefill", "median", "speed/prefill_tokens_per_second", Higher, 1.0, 1},
         {"prefill_low", "Prefill", "10\u202F%", "speed/prefill_low", None, 1.0, 1},
         {"prefill_high", "Prefill", "90\u202F%", "speed/prefill_high", None, 1.0, 1},
         {"decode", "Decode", "median", "speed/decode_tokens_per_second", Higher, 1.0, 1},
         {"decode_low", "Decode", "10\u202F%", "speed/decode_low", None, 1.0, 1},
         {"decode_high", "Decode", "90\u202F%", "speed/decode_high", None, 1.0, 1}});
}

ReportTable stagesTable(const ReportData& data)
{
    std::vector<Measure> measures;
    for (const std::string stage : kStages) {
        measures.push_back(
            {stage + "_seconds", stage, "s", "stage/" + stage + "/seconds", None, 1.0, 2});
        measures.push_back({stage + "_peak_rss", stage, "MiB", "stage/" + stage + "/peak_rss_bytes",
                            None, kMebi, 0});
    }
    ReportTable table =
        tableOf(data, "stages", "Seconds and peak resident memory of each stage.", measures);
    for (std::string& note : table.notes) {
        if (note.starts_with(std::string(kDash) + ": " + std::string(kUnmeasured).substr(0, 12))) {
            note = std::string(kDash) + ": the run has no such stage.";
        }
    }
    return table;
}

ReportCell valueCell(const MeasuredRun& run, const RunGroup& group, const Measure& measure)
{
    RunGroup alone = group;
    alone.members = {run};
    return cellOf(alone, measure);
}

ReportTable runsTable(const ReportData& data)
{
    ReportTable table{"runs", "Every run behind the means."};
    for (const char* name : {"run", "method", "settings", "seed", "status"}) {
        std::string heading = name;
        heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
        table.columns.push_back({name, heading, {}, None, false});
    }
    std::vector<Measure> measures;
    for (const std::string& dataset : data.datasets) {
        measures.push_back(
            {"perplexity " + dataset, "Perplexity", dataset, evalSeries(dataset, "perplexity")});
        measures.push_back({"mean_kld " + dataset, "Mean KLD", dataset,
                            evalSeries(dataset, "divergence/mean_kld"), None, 1.0, 3, 3});
    }
    measures.push_back({"seconds", "Time", "s, all stages", kSecondsSeries, None, 1.0, 1});
    measures = measuredOnly(data.groups, std::move(measures));
    for (const Measure& measure : measures) {
        table.columns.push_back(columnOf(measure));
    }
    for (const RunGroup& group : data.groups) {
        for (const MeasuredRun& run : group.members) {
            std::vector<ReportCell> row{textCell(toText(run.record.id)), textCell(group.method),
                                        textCell(group.settings),
                                        textCell(std::to_string(run.record.spec.seed)),
                                        textCell(std::string(nameOf(run.record.status)))};
            for (const Measure& measure : measures) {
                row.push_back(valueCell(run, group, measure));
            }
            table.rows.push_back(std::move(row));
        }
    }
    noteAbsences(table);
    return table;
}

} // namespace

std::vector<ReportTable> reportTables(const ReportData& data)
{
    std::vector<ReportTable> tables{resultsTable(data)};
    for (const std::string& dataset : data.datasets) {
        tables.push_back(perplexityTable(data, dataset));
        tables.push_back(divergenceTable(data, dataset));
    }
    tables.push_back(footprintTable(data));
    tables.push_back(speedTable(data));
    tables.push_back(stagesTable(data));
    tables.push_back(runsTable(data));
    std::erase_if(tables, [](const ReportTable& table) { return table.rows.empty(); });
    return tables;
}

} // namespace espalier
