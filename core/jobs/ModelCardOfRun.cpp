// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/FolderPath.h"
#include "core/jobs/RunParts.h"
#include "core/jobs/SourceLicence.h"

namespace espalier {

namespace {

bool isSelfGenerated(const LoadedRun& loaded, const std::string& role)
{
    return loaded.dataProvenance.value(role, Json::object()).value("self_generated", false);
}

} // namespace

std::string modelCardOf(const LoadedRun& loaded)
{
    const RunSpec& spec = loaded.spec;
    const MethodInfo info = loaded.method != nullptr
                                ? loaded.method->info()
                                : MethodInfo{.id = "none", .title = "No compression"};
    ModelCardFacts facts{.title = spec.title.empty() ? info.title : spec.title,
                         .methodId = info.id,
                         .methodTitle = info.title,
                         .paper = info.paper,
                         .bibtex = info.bibtex,
                         .params = loaded.params,
                         .baseModel = loaded.baseModel,
                         .sourceModel = loaded.sourceModel,
                         .licence = licenceOf(loaded.modelFolder),
                         .results = loaded.results,
                         .command = commandLine(spec)};
    if (!loaded.teacherFolder.empty()) {
        facts.facts.push_back({"Teacher", folderName(loaded.teacherFolder)});
    }
    if (loaded.calibration) {
        facts.facts.push_back(
            {"Calibration", loaded.calibration->source + ", " +
                                std::to_string(loaded.calibration->tokens.size(0)) +
                                " windows of " +
                                std::to_string(loaded.calibration->tokens.size(1)) + " tokens" +
                                (isSelfGenerated(loaded, "calibration")
                                     ? ", which a model generated itself at a fixed seed"
                                     : "")});
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
