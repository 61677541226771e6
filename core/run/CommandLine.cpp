// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Recipe.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

constexpr std::array<std::string_view, 17> kOptionsOfApply{
    "model",     "teacher", "calibration", "length", "samples",  "windows",
    "seed",      "threads", "batch",       "dtype",  "evaluate", "export",
    "workspace", "runner",  "device",      "json",   "help"};

std::string quoted(const std::string& word)
{
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
        return word;
    }
    std::string text = "'";
    for (const char letter : word) {
        text += letter == '\'' ? "'\\''" : std::string(1, letter);
    }
    return text + "'";
}

/// One length for everything and one number of evaluation windows is all that `apply` can say.
bool fitsApply(const RunSpec& spec)
{
    std::vector<std::int64_t> lengths, windows;
    if (spec.calibration) {
        lengths.push_back(spec.calibration->length);
    }
    for (const EvaluationSpec& evaluation : spec.evaluations) {
        if (!evaluation.data.source.empty()) {
            lengths.push_back(evaluation.data.length);
            windows.push_back(evaluation.data.windows);
        }
    }
    const auto alike = [](const std::vector<std::int64_t>& values) {
        return std::ranges::all_of(values,
                                   [&](std::int64_t value) { return value == values.front(); });
    };
    const bool paramsFit = std::ranges::none_of(spec.params, [](const auto& param) {
        return std::ranges::find(kOptionsOfApply, param.first) != kOptionsOfApply.end();
    });
    return alike(lengths) && alike(windows) && paramsFit;
}

class Words {
public:
    explicit Words(std::string first)
        : m_text(std::move(first))
    {
    }

    void add(const std::string& option, const std::string& value)
    {
        m_text += " --" + option + " " + quoted(value);
    }

    void addUnlessZero(const std::string& option, std::int64_t value)
    {
        if (value != 0) {
            add(option, std::to_string(value));
        }
    }

    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

void addData(Words& words, const RunSpec& spec)
{
    std::int64_t length = 0, windows = 0;
    if (spec.calibration) {
        words.add("calibration", spec.calibration->source);
        words.addUnlessZero("samples", spec.calibration->windows);
        length = spec.calibration->length;
    }
    for (const EvaluationSpec& evaluation : spec.evaluations) {
        const std::string& source = evaluation.data.source;
        words.add("evaluate", evaluation.kind + (source.empty() ? "" : ":" + source));
        if (!source.empty()) {
            length = evaluation.data.length;
            windows = evaluation.data.windows;
        }
    }
    words.addUnlessZero("length", length);
    words.addUnlessZero("windows", windows);
}

} // namespace

std::string commandLine(const RunSpec& spec)
{
    if (!fitsApply(spec)) {
        return "espalier-run run /dev/stdin <<'RECIPE'\n" + recipeText(spec) + "RECIPE";
    }
    Words words("espalier-run apply " + quoted(spec.method));
    words.add("model", spec.model);
    if (!spec.teacher.empty()) {
        words.add("teacher", spec.teacher);
    }
    for (const auto& [key, value] : spec.params) {
        words.add(key, toText(value));
    }
    addData(words, spec);
    for (const ExportSpec& wanted : spec.exports) {
        words.add("export", wanted.format + (wanted.folder.empty() ? "" : ":" + wanted.folder));
    }
    words.add("seed", std::to_string(spec.seed));
    words.addUnlessZero("threads", spec.threads);
    if (spec.batch != RunSpec{}.batch) {
        words.add("batch", std::to_string(spec.batch));
    }
    words.add("dtype", std::string(nameOf(spec.dtype)));
    words.add("device", spec.device);
    return words.text();
}

} // namespace espalier
