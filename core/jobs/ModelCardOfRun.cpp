// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunParts.h"
#include "core/jobs/SourceLicence.h"

namespace espalier {

std::string modelCardOf(const RunSpec& spec, const LoadedRun& loaded)
{
    const MethodInfo info = loaded.method != nullptr
                                ? loaded.method->info()
                                : MethodInfo{.id = "none", .title = "No compression"};
    ModelCardFacts facts{.title = spec.title.empty() ? info.title : spec.title,
                         .methodId = info.id,
                         .methodTitle = info.title,
                         .paper = info.paper,
                         .bibtex = info.bibtex,
                         .params = loaded.params,
                         .sourceModel = loaded.modelFolder.filename().string(),
                         .licence = licenceOf(loaded.modelFolder),
                         .results = loaded.results,
                         .command = commandLine(spec)};
    if (!loaded.teacherFolder.empty()) {
        facts.facts.push_back({"Teacher", loaded.teacherFolder.filename().string()});
    }
    if (loaded.calibration) {
        facts.facts.push_back(
            {"Calibration", loaded.calibration->source + ", " +
                                std::to_string(loaded.calibration->tokens.size(0)) +
                                " windows of " +
                                std::to_string(loaded.calibration->tokens.size(1)) + " tokens"});
    }
    facts.facts.push_back({"Seed", std::to_string(spec.seed)});
    facts.facts.push_back({"Compute", std::string(nameOf(spec.dtype)) + ", " +
                                          std::to_string(spec.threads) + " threads"});
    if (loaded.method != nullptr) {
        for (const ExpectationLine& line :
             loaded.method->expectation(loaded.config, loaded.params)) {
            facts.honesty.push_back(line.headline +
                                    (line.detail.empty() ? "" : ": " + line.detail));
        }
    }
    return modelCard(facts);
}

} // namespace espalier
