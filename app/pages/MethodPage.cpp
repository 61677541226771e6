// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/MethodPage.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/ConsequencesPanel.h"
#include "app/pages/ModelDataForm.h"
#include "app/pages/RunFooter.h"
#include "app/pages/ThenForm.h"
#include "app/rows/RunList.h"
#include "app/settings/Settings.h"
#include "core/jobs/RunWorker.h"
#include "core/run/Recipe.h"
#include "widgets/form/MethodGallery.h"
#include "widgets/form/ParamForm.h"

#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QSplitter>

namespace espalier {

namespace {

constexpr int kValidationMs = 250;
constexpr const char* kFolderKind = "model";

} // namespace

MethodPage::MethodPage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_gallery(new MethodGallery(this))
    , m_consequences(new ConsequencesPanel(this))
    , m_splitter(new QSplitter(this))
    , m_question([this](const auto& done) {
        const std::vector<RunSpec> wanted = specs();
        if (wanted.empty()) {
            done();
            return;
        }
        m_context.workspace.rows().ask(
            this,
            [spec = wanted.front(), &methods = m_context.workspace.methods()](const StoreReader&) {
                return issuesOf(spec, methods);
            },
            [this, done, asked = wanted.front()](const std::vector<ParamIssue>& issues) {
                const std::vector<RunSpec> now = specs();
                m_isChecked = !now.empty() && now.front() == asked;
                showIssues(issues);
                done();
            });
    })
    , m_knownQuestion([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [&workspace = m_context.workspace](const StoreReader& store) {
                Known known;
                known.models = readModelChoices(store, workspace.layout(),
                                                workspace.installation().demo, workspace.methods());
                std::map<std::string, std::pair<double, int>> sums;
                for (const RunRecord& run : store.runs()) {
                    if (run.status == RunStatus::Succeeded && run.startedMs > 0) {
                        auto& [seconds, count] = sums[run.spec.method];
                        seconds += static_cast<double>(run.endedMs - run.startedMs) / 1000.0;
                        ++count;
                    }
                }
                for (const auto& [method, sum] : sums) {
                    known.seconds[method] = sum.first / sum.second;
                }
                return known;
            },
            [this, done](const Known& known) {
                showKnown(known);
                done();
            });
    })
    , m_chooseFolder([this](const QString& title, const QString& current) {
        return QFileDialog::getExistingDirectory(this, title, current);
    })
    , m_chooseFile([this](const QString& title, const QString& current) {
        return QFileDialog::getSaveFileName(this, title, current, tr("Recipes (*.yaml)"));
    })
{
    setObjectName(QStringLiteral("newRun"));
    setFocusProxy(m_gallery); // work begins in the first field
    m_validation.setSingleShot(true);
    m_validation.setInterval(kValidationMs);
    connect(&m_validation, &QTimer::timeout, this, [this] { m_question.request(); });
    m_splitter->setObjectName(QStringLiteral("newRunSplitter"));
    m_splitter->addWidget(m_gallery);
    m_splitter->addWidget(makeForm(fromPath(context.workspace.installation().demo)));
    m_splitter->addWidget(m_consequences);
    m_splitter->setSizes({300, 640, 350});
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_gallery->setMinimumWidth(212);
    m_consequences->setMinimumWidth(224);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    connectAll();
    showGallery();
    if (const auto methods = context.workspace.methods().methods(); !methods.empty()) {
        chooseMethod(fromUtf8(methods.back()->info().id));
    }
    m_knownQuestion.request();
}

void MethodPage::connectAll()
{
    connect(m_gallery, &MethodGallery::currentMethodChanged, this, &MethodPage::methodChanged);
    connect(m_modelData, &ModelDataForm::changed, this, &MethodPage::changed);
    connect(m_modelData, &ModelDataForm::addModelRequested, this, &MethodPage::addModelFolder);
    connect(m_params, &ParamForm::valuesChanged, this, &MethodPage::changed);
    connect(m_then, &ThenForm::changed, this, &MethodPage::changed);
    connect(m_footer, &RunFooter::runRequested, this, &MethodPage::submit);
    connect(m_footer, &RunFooter::issueRequested, this, &MethodPage::focusIssue);
    connect(m_consequences, &ConsequencesPanel::saveRequested, this, &MethodPage::saveRecipe);
    connect(m_consequences, &ConsequencesPanel::copied, &m_context.navigator,
            &Navigator::messageShown);
    const auto again = [this] { m_knownQuestion.request(); };
    connect(&m_context.workspace, &Workspace::runsChanged, this, again);
    connect(&m_context.workspace, &Workspace::modelsChanged, this, again);
    connect(&m_context.workspace, &Workspace::submitted, this, [this](const QList<qint64>& ids) {
        m_isSubmitting = false;
        updateRunButton();
        Q_EMIT m_context.navigator.runRequested(ids.first());
    });
    connect(&m_context.workspace, &Workspace::failed, this, [this] {
        m_isSubmitting = false;
        updateRunButton();
    });
}

void MethodPage::chooseMethod(const QString& id)
{
    m_gallery->setCurrentMethod(id);
}

void MethodPage::showKnown(const Known& known)
{
    m_known = known;
    m_modelData->setModels(known.models);
    showGallery();
    changed();
}

void MethodPage::showGallery()
{
    QList<GalleryEntry> entries;
    for (const Method* method : m_context.workspace.methods().methods()) {
        GalleryEntry entry{.info = method->info(), .needs = method->needs()};
        if (const auto known = m_known.seconds.find(entry.info.id);
            known != m_known.seconds.end()) {
            entry.seconds = known->second;
        }
        entries.append(entry);
    }
    m_gallery->setEntries(entries);
}

void MethodPage::methodChanged()
{
    m_method = m_context.workspace.methods().find(toUtf8(m_gallery->currentMethod()));
    if (m_method == nullptr) {
        updateRunButton();
        return;
    }
    const MethodInfo info = m_method->info();
    m_title->setText(fromUtf8(info.title));
    m_summary->setText(QStringLiteral("%1 %2").arg(fromUtf8(info.authors)).arg(info.year) +
                       QStringLiteral(". ") + fromUtf8(info.summary));
    m_summary->setToolTip(fromUtf8(info.paper));
    m_params->setSchema(m_method->params());
    alignLabels();
    m_modelData->setNeeds(m_method->needs());
    changed();
}

std::vector<RunSpec> MethodPage::specs() const
{
    std::vector<RunSpec> list;
    if (m_method == nullptr) {
        return list;
    }
    RunSpec spec;
    spec.method = m_method->info().id;
    spec.params = m_params->values();
    m_modelData->apply(spec);
    m_then->apply(spec);
    for (const std::uint64_t seed : m_modelData->seeds()) {
        spec.seed = seed;
        list.push_back(spec);
    }
    return list;
}

void MethodPage::changed()
{
    m_isChecked = false;
    const std::vector<RunSpec> wanted = specs();
    if (m_method != nullptr && !wanted.empty()) {
        m_consequences->setRecipe(recipe(), fromUtf8(commandLine(wanted.front())));
        const ModelEntry* model = m_modelData->model();
        if (model != nullptr && model->isUsable() &&
            validate(wanted.front().params, m_method->params()).empty()) {
            m_consequences->setExpectation(m_method->expectation(
                model->config, completed(wanted.front().params, m_method->params())));
        }
    } else {
        showIssues({});
    }
    updateRunButton();
    m_validation.start();
}

void MethodPage::showIssues(const std::vector<ParamIssue>& issues)
{
    const auto others = m_then->showIssues(m_modelData->showIssues(issues));
    m_params->setIssues(others);
    m_issues = issues;
    std::erase_if(m_issues, [](const ParamIssue& issue) { return !issue.blocks; });
    if (m_modelData->seeds().empty()) {
        m_issues.push_back(
            {.key = "seeds", .message = toUtf8(tr("The list of seeds is not valid."))});
    }
    updateRunButton();
}

QString MethodPage::whyNotNow() const
{
    if (m_context.workspace.isReadOnly()) {
        return tr("This workspace is read-only: %1").arg(m_context.workspace.readOnlyReason());
    }
    if (!m_issues.empty()) {
        return withoutOptions(m_issues.front().message);
    }
    if (m_method == nullptr) {
        return tr("Choose a method on the left.");
    }
    if (m_modelData->model() == nullptr) {
        return tr("Reading models.");
    }
    return m_isSubmitting ? tr("The run is being written.") : QString();
}

void MethodPage::updateRunButton()
{
    const QString reason = whyNotNow();
    m_footer->setIssues(m_issues);
    m_footer->setRuns(static_cast<int>(specs().size()), reason);
    Q_EMIT submittableChanged(reason.isEmpty());
}

void MethodPage::submit()
{
    if (!m_footer->canRun()) {
        return;
    }
    m_isSubmitting = true;
    updateRunButton();
    m_context.workspace.submit(specs(), m_title->text());
}

void MethodPage::focusIssue()
{
    if (m_issues.empty()) {
        return;
    }
    const QString key = fromUtf8(m_issues.front().key);
    if (!m_modelData->focusField(key) && !m_then->focusField(key)) {
        m_params->focusKey(m_issues.front().key);
    }
}

void MethodPage::addModelFolder()
{
    const QString folder = m_chooseFolder(
        tr("Add model folder"), m_context.settings.folder(QString::fromLatin1(kFolderKind)));
    if (folder.isEmpty()) {
        return;
    }
    m_context.settings.setFolder(QString::fromLatin1(kFolderKind), folder);
    m_context.workspace.addModel(
        {.name = toUtf8(QDir(folder).dirName()), .folder = toPath(folder)});
}

} // namespace espalier
