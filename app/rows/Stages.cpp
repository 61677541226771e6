// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/Stages.h"

#include "app/Text.h"
#include "core/analysis/NumberFormat.h"

#include <QCoreApplication>

#include <algorithm>

namespace espalier {

namespace {

struct Stage {
    std::string name;
    QString title;
};

QString translated(const char* text)
{
    return QCoreApplication::translate("Stages", text);
}

QList<Stage> plannedStages(const RunSpec& spec, bool trains)
{
    QList<Stage> stages{{"load", translated("Load")}};
    if (spec.method != "none") {
        if (trains) {
            stages.append({"recover", translated("Distil")});
        } else {
            stages.append({"compress", translated("Compress")});
        }
    }
    if (!spec.evaluations.empty()) {
        stages.append({"evaluate", translated("Evaluate")});
    }
    if (!spec.exports.empty()) {
        stages.append({"export", translated("Export")});
    }
    return stages;
}

} // namespace

QList<StageLook> stagesOf(const LiveRun& run)
{
    const RunRecord& record = run.record;
    const bool trains = run.trains() || record.spec.method.starts_with("distill-");
    const QList<Stage> planned = plannedStages(record.spec, trains);
    const RunProgress progress = record.progress.value_or(RunProgress{});
    // Calibrating and compressing alternate block by block: one stage to whoever watches.
    const std::string current =
        progress.stage == "calibrate" ? (trains ? "recover" : "compress") : progress.stage;
    const auto at = std::find_if(planned.begin(), planned.end(),
                                 [&](const Stage& stage) { return stage.name == current; });
    QList<StageLook> looks;
    for (auto stage = planned.begin(); stage != planned.end(); ++stage) {
        StageLook look;
        look.title = stage->title;
        if (record.status == RunStatus::Succeeded || stage < at) {
            look.state = at == planned.end() && record.status != RunStatus::Succeeded
                             ? StageState::Waiting
                             : StageState::Done;
        }
        if (stage == at && record.status != RunStatus::Succeeded) {
            look.state =
                record.status == RunStatus::Failed ? StageState::Failed : StageState::Current;
            if (progress.total > 0) {
                look.share =
                    static_cast<double>(progress.done) / static_cast<double>(progress.total);
                look.detail = QStringLiteral("%1/%2").arg(progress.done).arg(progress.total);
            }
        }
        double seconds = 0;
        for (const auto& [name, time] : run.stageSeconds) {
            const bool isCalibration =
                name == "calibrate" && (stage->name == "compress" || stage->name == "recover");
            seconds += name == stage->name || isCalibration ? time : 0;
        }
        if (look.state == StageState::Done && seconds > 0) {
            look.detail = fromUtf8(durationText(seconds));
        }
        looks.append(look);
    }
    if (record.status == RunStatus::Failed && at == planned.end() && !looks.isEmpty()) {
        looks.first().state = StageState::Failed; // before anything was reported
    }
    return looks;
}

} // namespace espalier
