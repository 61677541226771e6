// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ThenForm.h"

#include "app/Text.h"
#include "app/pages/ModelDataForm.h"
#include "widgets/form/GroupHeader.h"
#include "widgets/form/NumberEdit.h"
#include "widgets/form/WheelGuard.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr std::int64_t kLength = 256;
constexpr int kNumberWidth = 92;

} // namespace

ThenForm::ThenForm(const QString& demo, QWidget* parent)
    : QWidget(parent)
    , m_data(new DataCombo(demo, this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(new GroupHeader(tr("Then"), this));

    auto* evaluate = new QWidget(this);
    evaluate->setObjectName(QStringLiteral("evaluate"));
    // Two by two: four beside each other are wider than the form may be.
    auto* checks = new QGridLayout(evaluate);
    checks->setContentsMargins(0, 2, 0, 2);
    checks->setHorizontalSpacing(8);
    checks->setVerticalSpacing(4);
    m_perplexity = addCheck("evaluatePerplexity", tr("Perplexity"), evaluate);
    m_divergence = addCheck("evaluateDivergence", tr("KL to the dense model"), evaluate);
    m_footprint = addCheck("evaluateFootprint", tr("Footprint"), evaluate);
    m_speed = addCheck("evaluateSpeed", tr("Speed"), evaluate);
    m_speed->setChecked(false);
    QCheckBox* const all[] = {m_perplexity, m_divergence, m_footprint, m_speed};
    for (int i = 0; i < 4; ++i) {
        checks->addWidget(all[i], i / 2, i % 2);
    }
    m_evaluateRow = addRow(tr("Evaluate"), evaluate);

    m_data->setObjectName(QStringLiteral("evaluationData"));
    m_data->setValue(QStringLiteral("builtin:tinystories"));
    addRow(tr("Evaluation text"), m_data)->setHelp(tr("all of it, in windows without overlap"));
    ParamSpec length;
    length.key = "evaluationLength";
    length.domain = IntRange{.min = 2, .max = 1 << 20};
    m_length = new NumberEdit(length, this);
    m_length->setObjectName(QStringLiteral("evaluationLength"));
    m_length->setValue(kLength);
    m_length->setFixedWidth(kNumberWidth);
    WheelGuard::protect(m_length);
    addRow(tr("Context length"), m_length)->setHelp(tr("tokens; part of the protocol"));

    auto* exports = new QWidget(this);
    exports->setObjectName(QStringLiteral("export"));
    auto* exportLine = new QHBoxLayout(exports);
    exportLine->setContentsMargins(0, 0, 0, 0);
    m_export = addCheck("exportSafetensors", tr("safetensors"), exports);
    exportLine->addWidget(m_export);
    addRow(tr("Export"), exports)
        ->setHelp(tr("a folder that Transformers loads, checked after writing"));

    connect(m_data, &SourceCombo::valueChanged, this, &ThenForm::changed);
    connect(m_length, &NumberEdit::edited, this, &ThenForm::changed);
    updateEnabled();
}

FieldRow* ThenForm::addRow(const QString& label, QWidget* editor)
{
    auto* row = new FieldRow(label, editor, this);
    layout()->addWidget(row);
    return row;
}

QCheckBox* ThenForm::addCheck(const char* name, const QString& text, QWidget* box)
{
    auto* check = new QCheckBox(text, box);
    check->setObjectName(QString::fromLatin1(name));
    check->setChecked(true);
    connect(check, &QCheckBox::toggled, this, [this] {
        updateEnabled();
        Q_EMIT changed();
    });
    return check;
}

void ThenForm::updateEnabled()
{
    if (m_data == nullptr || m_speed == nullptr) {
        return;
    }
    const bool needsData = m_perplexity->isChecked() || m_divergence->isChecked();
    m_data->setEnabled(needsData);
    m_data->setToolTip(needsData ? QString()
                                 : tr("Neither perplexity nor divergence is asked for"));
}

void ThenForm::apply(RunSpec& spec) const
{
    const ParamValue value = m_length->value();
    const auto* length = std::get_if<std::int64_t>(&value);
    const DataSpec text{.source = toUtf8(m_data->value()),
                        .length = length != nullptr ? *length : kLength,
                        .windows = 0};
    spec.evaluations.clear();
    if (m_perplexity->isChecked()) {
        spec.evaluations.push_back({.kind = "perplexity", .data = text});
    }
    if (m_divergence->isChecked()) {
        spec.evaluations.push_back({.kind = "divergence", .data = text});
    }
    if (m_speed->isChecked()) {
        spec.evaluations.push_back({.kind = "speed"});
    }
    if (m_footprint->isChecked()) {
        spec.evaluations.push_back({.kind = "footprint"});
    }
    spec.exports.clear();
    if (m_export->isChecked()) {
        spec.exports.emplace_back();
    }
}

std::vector<ParamIssue> ThenForm::showIssues(const std::vector<ParamIssue>& issues)
{
    QString evaluate;
    std::vector<ParamIssue> others;
    for (const ParamIssue& issue : issues) {
        if (issue.key == "evaluate") {
            evaluate = evaluate.isEmpty() ? withoutOptions(issue.message) : evaluate;
        } else {
            others.push_back(issue);
        }
    }
    m_evaluateRow->setIssue(evaluate);
    return others;
}

bool ThenForm::focusField(const QString& key)
{
    if (key == QStringLiteral("evaluate")) {
        m_perplexity->setFocus();
        return true;
    }
    return false;
}

} // namespace espalier
