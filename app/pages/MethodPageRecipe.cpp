// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/MethodPage.h"
#include "app/pages/ModelDataForm.h"
#include "app/settings/Settings.h"
#include "core/run/Recipe.h"

#include <QFileInfo>

// What the form shows as a recipe, and as a file that `espalier-run run` takes.

namespace espalier {

namespace {

const QString kRecipeFolder = QStringLiteral("recipe");
const QString kEnding = QStringLiteral(".yaml");

} // namespace

/// Several seeds are one recipe: the runs differ in nothing else.
QString MethodPage::recipe() const
{
    const std::vector<RunSpec> wanted = specs();
    if (wanted.empty()) {
        return {};
    }
    const QString text = fromUtf8(recipeText(wanted.front()));
    if (wanted.size() == 1) {
        return text;
    }
    QStringList seeds;
    for (const RunSpec& spec : wanted) {
        seeds.append(QString::number(spec.seed));
    }
    QStringList lines = text.split(QLatin1Char('\n'));
    for (QString& line : lines) {
        if (line.startsWith(QStringLiteral("seed: "))) {
            line = QStringLiteral("seeds: [%1]").arg(seeds.join(QStringLiteral(", ")));
        }
    }
    return lines.join(QLatin1Char('\n'));
}

void MethodPage::saveRecipe()
{
    const QString text = recipe();
    if (text.isEmpty() || m_method == nullptr) {
        return;
    }
    const QString proposed = m_context.settings.folder(kRecipeFolder) + QLatin1Char('/') +
                             fromUtf8(m_method->info().id) + kEnding;
    QString file = m_chooseFile(tr("Save recipe"), proposed);
    if (file.isEmpty()) {
        return;
    }
    if (QFileInfo(file).suffix().isEmpty()) {
        file += kEnding;
    }
    m_context.settings.setFolder(kRecipeFolder, QFileInfo(file).path());
    // On the reading thread: this one waits for no disk.
    m_context.workspace.rows().ask(
        this,
        [file, text](const StoreReader&) {
            writeFileAtomically(toPath(file), toUtf8(text));
            return file;
        },
        [this](const QString& written) {
            Q_EMIT m_context.navigator.messageShown(tr("Recipe saved as %1").arg(written));
            Q_EMIT recipeSaved(written);
        });
}

} // namespace espalier
