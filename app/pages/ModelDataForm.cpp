// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ModelDataForm.h"

#include "app/Text.h"
#include "core/run/SpecLimits.h"
#include "widgets/form/GroupHeader.h"
#include "widgets/form/NumberEdit.h"
#include "widgets/form/WheelGuard.h"
#include "widgets/plots/StyleSheet.h"

#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QThread>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace espalier {

namespace {

constexpr std::int64_t kLength = 256;
constexpr std::int64_t kSamples = 32;
constexpr std::uint64_t kMostSeeds = 100;
constexpr int kNumberWidth = 92;

NumberEdit* makeNumber(const char* key, std::int64_t value, std::int64_t most, QWidget* parent)
{
    ParamSpec spec;
    spec.key = key;
    spec.domain = IntRange{.min = 1, .max = most};
    auto* edit = new NumberEdit(spec, parent);
    edit->setObjectName(QString::fromLatin1(key));
    edit->setValue(value);
    edit->setFixedWidth(kNumberWidth);
    WheelGuard::protect(edit);
    return edit;
}

std::int64_t integerOf(const NumberEdit& edit, std::int64_t fallback)
{
    const ParamValue value = edit.value();
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? *number : fallback;
}

/// "length × samples" on one line.
QWidget* pairOf(QWidget* first, const QString& between, QWidget* second, QWidget* parent)
{
    auto* box = new QWidget(parent);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    line->addWidget(first);
    auto* label = new QLabel(between, box);
    setRole(label, "muted");
    line->addWidget(label);
    line->addWidget(second);
    return box;
}

} // namespace

ModelDataForm::ModelDataForm(const QString& demo, QWidget* parent)
    : QWidget(parent)
    , m_model(new SourceCombo(this))
    , m_teacher(new SourceCombo(this))
    , m_calibration(new DataCombo(demo, this))
    , m_length(makeNumber("length", kLength, 1 << 20, this))
    , m_samples(makeNumber("samples", kSamples, 1 << 20, this))
    , m_seeds(new QLineEdit(QStringLiteral("0"), this))
    , m_threads(makeNumber("threads", std::max(1, QThread::idealThreadCount()), kMostThreads, this))
    , m_batch(makeNumber("batch", RunSpec{}.batch, 1 << 16, this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(new GroupHeader(tr("Model and data"), this));
    m_model->setObjectName(QStringLiteral("model"));
    m_teacher->setObjectName(QStringLiteral("teacher"));
    m_calibration->setObjectName(QStringLiteral("calibration"));
    m_seeds->setObjectName(QStringLiteral("seeds"));
    m_seeds->setFixedWidth(m_model->width());
    addRow(tr("Model"), m_model);
    addRow(tr("Teacher"), m_teacher);
    addRow(tr("Calibration set"), m_calibration);
    auto* windows = pairOf(m_samples, tr("×"), m_length, this);
    windows->setObjectName(QStringLiteral("windows"));
    addRow(tr("Windows"), windows)->setHelp(tr("windows of so many tokens each"));
    addRow(tr("Seeds"), m_seeds);
    addRow(tr("Threads"), m_threads)
        ->setHelp(tr("part of the run: results are bit-equal at equal "
                     "threads"));
    addRow(tr("Batch"), m_batch)
        ->setHelp(tr("windows per forward pass; part of the run, as threads are"));
    connect(m_model, &SourceCombo::otherRequested, this, &ModelDataForm::addModelRequested);
    connect(m_teacher, &SourceCombo::otherRequested, this, &ModelDataForm::addModelRequested);
    const auto edited = [this] {
        updateHelp();
        Q_EMIT changed();
    };
    for (SourceCombo* combo : {m_model, m_teacher, static_cast<SourceCombo*>(m_calibration)}) {
        connect(combo, &SourceCombo::valueChanged, this, edited);
    }
    for (NumberEdit* number : {m_length, m_samples, m_threads, m_batch}) {
        connect(number, &NumberEdit::edited, this, edited);
    }
    connect(m_seeds, &QLineEdit::textChanged, this, edited);
    updateHelp();
}

FieldRow* ModelDataForm::addRow(const QString& label, QWidget* editor)
{
    auto* row = new FieldRow(label, editor, this);
    m_rows.insert(editor->objectName(), row);
    layout()->addWidget(row);
    return row;
}

void ModelDataForm::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    QList<SourceCombo::Entry> entries;
    for (const ModelEntry& model : models) {
        entries.append({model.name, fromUtf8(model.spec), fromPath(model.folder)});
    }
    m_model->setEntries(entries, tr("Add model folder…"));
    entries.prepend({tr("Choose a teacher"), QString(), tr("The model the student learns from.")});
    m_teacher->setEntries(entries, tr("Add model folder…"));
    // The unchanged model is the usual teacher of its own student.
    if (m_needs.teacher == Need::Required && m_teacher->value().isEmpty() && !models.isEmpty()) {
        m_teacher->setValue(m_model->value());
    }
    updateHelp();
}

void ModelDataForm::setNeeds(const Needs& needs)
{
    m_needs = needs;
    m_teacher->setEnabled(needs.teacher != Need::No);
    m_calibration->setEnabled(needs.calibration != Need::No);
    m_rows.value(QStringLiteral("windows"))->editor()->setEnabled(needs.calibration != Need::No);
    if (needs.teacher == Need::Required && m_teacher->value().isEmpty()) {
        m_teacher->setValue(m_model->value());
    }
    updateHelp();
}

const ModelEntry* ModelDataForm::model() const
{
    const auto found =
        std::find_if(m_models.begin(), m_models.end(), [this](const ModelEntry& model) {
            return fromUtf8(model.spec) == m_model->value();
        });
    return found == m_models.end() ? nullptr : &*found;
}

void ModelDataForm::setModel(const QString& spec)
{
    m_model->setValue(spec);
}

void ModelDataForm::apply(RunSpec& spec) const
{
    spec.model = toUtf8(m_model->value());
    spec.teacher = m_needs.teacher == Need::No ? std::string() : toUtf8(m_teacher->value());
    spec.threads = integerOf(*m_threads, 1);
    spec.batch = integerOf(*m_batch, RunSpec{}.batch);
    if (m_needs.calibration != Need::No) {
        spec.calibration = DataSpec{.source = toUtf8(m_calibration->value()),
                                    .length = integerOf(*m_length, kLength),
                                    .windows = integerOf(*m_samples, kSamples)};
    }
}

std::vector<std::uint64_t> ModelDataForm::seeds() const
{
    return parseSeeds(m_seeds->text());
}

void ModelDataForm::updateHelp()
{
    const ModelEntry* chosen = model();
    m_rows.value(QStringLiteral("model"))
        ->setHelp(chosen != nullptr ? chosen->summary() : tr("no model yet"));
    m_rows.value(QStringLiteral("teacher"))
        ->setHelp(m_needs.teacher == Need::No
                      ? tr("not needed; the dense model is the reference for divergence")
                      : tr("white box: its logits are compared with the student's"));
    m_rows.value(QStringLiteral("calibration"))
        ->setHelp(m_needs.calibration == Need::No ? tr("not needed by this method")
                                                  : tr("text the method looks at"));
    const auto count = seeds().size();
    m_rows.value(QStringLiteral("seeds"))
        ->setHelp(count > 1
                      ? tr("%n runs, reported as mean ± std", nullptr, static_cast<int>(count))
                      : tr("several, as 0, 1, 2 or 0..4, make a study"));
}

std::vector<ParamIssue> ModelDataForm::showIssues(const std::vector<ParamIssue>& issues)
{
    QHash<QString, QString> messages;
    std::vector<ParamIssue> others;
    for (const ParamIssue& issue : issues) {
        const QString key = fromUtf8(issue.key);
        if (!m_rows.contains(key)) {
            others.push_back(issue);
        } else if (!messages.contains(key)) {
            messages.insert(key, withoutOptions(issue.message));
        }
    }
    if (seeds().empty()) {
        messages.insert(
            QStringLiteral("seeds"),
            tr("\"%1\" is no list of seeds. Write 0, 1, 2 or 0..4.").arg(m_seeds->text()));
    }
    for (auto row = m_rows.begin(); row != m_rows.end(); ++row) {
        row.value()->setIssue(messages.value(row.key()));
    }
    return others;
}

bool ModelDataForm::focusField(const QString& key)
{
    if (!m_rows.contains(key)) {
        return false;
    }
    m_rows.value(key)->editor()->setFocus();
    return true;
}

std::vector<std::uint64_t> parseSeeds(const QString& text)
{
    static const QRegularExpression range(QStringLiteral(R"(^(\d+)\s*\.\.\s*(\d+)$)"));
    std::set<std::uint64_t> seeds;
    for (const QString& part : text.split(QLatin1Char(','))) {
        const QString trimmed = part.trimmed();
        bool isNumber = false;
        if (const auto match = range.match(trimmed); match.hasMatch()) {
            const std::uint64_t first = match.captured(1).toULongLong();
            const std::uint64_t last = match.captured(2).toULongLong();
            if (last < first || last - first >= kMostSeeds) {
                return {};
            }
            for (std::uint64_t seed = first; seed <= last; ++seed) {
                seeds.insert(seed);
            }
        } else if (const std::uint64_t seed = trimmed.toULongLong(&isNumber); isNumber) {
            seeds.insert(seed);
        } else {
            return {};
        }
    }
    return {seeds.begin(), seeds.end()};
}

QString withoutOptions(const std::string& message)
{
    QString text = fromUtf8(message);
    const qsizetype advice = text.indexOf(QStringLiteral(" Give "));
    if (advice > 0 && text.indexOf(QStringLiteral("--"), advice) > 0) {
        text.truncate(advice);
    }
    return text;
}

} // namespace espalier
