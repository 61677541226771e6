// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/ModelEntries.h"

#include "app/Text.h"
#include "app/rows/RunNames.h"
#include "core/analysis/NumberFormat.h"
#include "core/base/Error.h"
#include "core/method/MethodCatalog.h"
#include "core/run/ModelList.h"
#include "core/store/StoreReader.h"

#include <QCoreApplication>

#include <algorithm>

namespace espalier {

namespace {

constexpr double kMillion = 1e6;
constexpr qsizetype kMostRunModels = 30;
constexpr const char* kBundledModel = "stories260k";

QString translated(const char* text)
{
    return QCoreApplication::translate("ModelEntries", text);
}

std::int64_t bytesOf(const Path& folder)
{
    std::int64_t bytes = 0;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
        if (file.path().extension() == ".safetensors") {
            bytes += static_cast<std::int64_t>(file.file_size(ignored));
        }
    }
    return bytes;
}

ModelEntry readEntry(const QString& name, const Path& folder)
{
    ModelEntry entry;
    entry.name = name;
    entry.spec = folder.string();
    entry.folder = folder;
    // One unreadable model must not hide the others: its row says what is wrong.
    try {
        entry.config = readModelConfig(folder);
        entry.parameters = parameterCount(entry.config);
        entry.bytes = bytesOf(folder);
    } catch (const Error& error) {
        entry.reason = fromUtf8(error.what());
    }
    return entry;
}

} // namespace

QString ModelEntry::summary() const
{
    if (!isUsable()) {
        return reason;
    }
    return translated("%1 family, %2 blocks, %3 parameters")
        .arg(fromUtf8(config.family))
        .arg(config.layers)
        .arg(parameterText(parameters));
}

QList<ModelEntry> readModels(const WorkspaceLayout& layout, const Path& demo)
{
    QList<ModelEntry> entries;
    const Path bundled = demo / kBundledModel;
    if (std::filesystem::exists(bundled / "config.json")) {
        entries.append(readEntry(QString::fromLatin1(kBundledModel), bundled));
        entries.last().isBundled = true;
    }
    for (const ListedModel& model : listedModels(layout.models())) {
        entries.append(readEntry(fromUtf8(model.name), model.folder));
    }
    return entries;
}

QList<ModelEntry> readModelChoices(const StoreReader& store, const WorkspaceLayout& layout,
                                   const Path& demo, const MethodCatalog& methods)
{
    QList<ModelEntry> entries = readModels(layout, demo);
    const qsizetype others = entries.size();
    for (const RunRecord& run : store.runs()) {
        const auto model = std::find_if(run.artifacts.begin(), run.artifacts.end(),
                                        [](const Artifact& file) { return file.kind == "model"; });
        if (run.status != RunStatus::Succeeded || model == run.artifacts.end() ||
            run.spec.method == "none" || entries.size() - others >= kMostRunModels) {
            continue;
        }
        Path folder = layout.run(run.id) / model->path;
        if (!std::filesystem::is_directory(folder)) {
            folder = folder.parent_path();
        }
        ModelEntry entry = readEntry(fullNameOf(run, methods), folder);
        entry.spec = "run:" + std::to_string(numberOf(run.id));
        if (entry.isUsable()) {
            entries.append(entry);
        }
    }
    return entries;
}

QString parameterText(std::int64_t count)
{
    if (count < static_cast<std::int64_t>(kMillion)) {
        return fromUtf8(countText(count));
    }
    return fromUtf8(fixedText(static_cast<double>(count) / kMillion, 1)) + QStringLiteral(" M");
}

} // namespace espalier
