// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/ParamForm.h"

#include "widgets/form/GroupHeader.h"
#include "widgets/form/ParamRow.h"

#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kValidationDelayMs = 250;
constexpr int kLabelWidth = 132;
constexpr int kMostLabelLetters = 24; // a longer label wraps

} // namespace

struct ParamForm::Group {
    std::string name;
    GroupHeader* header = nullptr;
    QVBoxLayout* rows = nullptr;
    std::vector<ParamRow*> advanced;
};

ParamForm::ParamForm(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("paramForm"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    m_validation.setSingleShot(true);
    m_validation.setInterval(kValidationDelayMs);
    connect(&m_validation, &QTimer::timeout, this, &ParamForm::showIssues);
}

ParamForm::~ParamForm() = default;

void ParamForm::setFileChooser(FileChooser choose)
{
    m_chooseFile = std::move(choose);
}

void ParamForm::clear()
{
    m_rows.clear();
    m_groups.clear();
    while (QLayoutItem* item = m_layout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

void ParamForm::setSchema(const ParamSchema& schema)
{
    clear();
    m_schema = schema;
    m_outside.clear();
    for (const ParamSpec& spec : m_schema) {
        addRow(spec);
    }
    for (const auto& group : m_groups) {
        group->header->setFolded(static_cast<int>(group->advanced.size()));
    }
    m_layout->addStretch(1);
    alignLabels();
    showIssues();
    Q_EMIT valuesChanged();
}

ParamForm::Group& ParamForm::groupFor(const ParamSpec& spec)
{
    for (const auto& group : m_groups) {
        if (group->name == spec.group) {
            return *group;
        }
    }
    auto group = std::make_unique<Group>();
    group->name = spec.group;
    auto* box = new QWidget(this);
    group->rows = new QVBoxLayout(box);
    group->rows->setContentsMargins(0, 0, 0, 6);
    group->rows->setSpacing(2);
    const QString title = spec.group.empty() ? tr("Parameters") : schemaText(spec.group);
    group->header = new GroupHeader(title, box);
    group->header->setObjectName(QStringLiteral("group.") + QString::fromStdString(spec.group));
    group->rows->addWidget(group->header);
    m_layout->addWidget(box);
    Group* raw = group.get();
    connect(group->header, &GroupHeader::openChanged, this, [raw](bool open) {
        for (ParamRow* row : raw->advanced) {
            row->setVisible(open);
        }
    });
    m_groups.push_back(std::move(group));
    return *raw;
}

void ParamForm::addRow(const ParamSpec& spec)
{
    Group& group = groupFor(spec);
    auto* row =
        new ParamRow(spec, {.parent = group.header->parentWidget(), .chooseFile = m_chooseFile});
    group.rows->addWidget(row);
    m_rows.push_back(row);
    if (spec.advanced) {
        group.advanced.push_back(row);
        row->hide();
    }
    connect(row, &ParamRow::edited, this, [this] {
        m_validation.start();
        Q_EMIT valuesChanged();
    });
}

void ParamForm::alignLabels()
{
    int width = std::max(kLabelWidth, fontMetrics().averageCharWidth() * 18);
    const int most = std::max(width, fontMetrics().averageCharWidth() * kMostLabelLetters);
    for (const ParamRow* row : m_rows) {
        width = std::max(width, std::min(most, row->labelWidth()));
    }
    for (ParamRow* row : m_rows) {
        row->setLabelWidth(width);
    }
}

ParamValues ParamForm::values() const
{
    ParamValues values;
    for (const ParamRow* row : m_rows) {
        values[row->spec().key] = row->editor()->value();
    }
    return values;
}

void ParamForm::setValues(const ParamValues& values)
{
    for (const auto& [key, value] : values) {
        if (ParamRow* found = row(key)) {
            found->editor()->setValue(value);
        }
    }
}

std::vector<std::string> ParamForm::changedKeys() const
{
    std::vector<std::string> keys;
    for (const ParamRow* row : m_rows) {
        if (row->isChanged()) {
            keys.push_back(row->spec().key);
        }
    }
    return keys;
}

void ParamForm::reset(const std::string& key)
{
    if (ParamRow* found = row(key)) {
        found->editor()->setValue(found->spec().fallback);
    }
}

void ParamForm::resetAll()
{
    for (ParamRow* row : m_rows) {
        row->editor()->setValue(row->spec().fallback);
    }
}

void ParamForm::setIssues(std::vector<ParamIssue> issues)
{
    if (issues != m_outside) {
        m_outside = std::move(issues);
        m_validation.start();
    }
}

std::vector<ParamIssue> ParamForm::issues() const
{
    std::vector<ParamIssue> all = validate(values(), m_schema);
    for (const ParamIssue& issue : m_outside) {
        if (std::find(all.begin(), all.end(), issue) == all.end()) {
            all.push_back(issue);
        }
    }
    return all;
}

void ParamForm::showIssues()
{
    m_validation.stop();
    const std::vector<ParamIssue> all = issues();
    for (ParamRow* row : m_rows) {
        std::vector<ParamIssue> own;
        std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                     [&](const ParamIssue& issue) { return issue.key == row->spec().key; });
        row->showIssues(own);
        if (!own.empty() && row->spec().advanced) {
            groupFor(row->spec()).header->setOpen(true);
        }
    }
    if (all != m_shown) {
        m_shown = all;
        Q_EMIT issuesChanged();
    }
}

void ParamForm::setFixed(const std::string& key, const QString& reason)
{
    if (ParamRow* found = row(key)) {
        found->setFixed(reason);
    }
}

void ParamForm::focusKey(const std::string& key)
{
    ParamRow* found = row(key);
    if (found == nullptr) {
        return;
    }
    if (found->spec().advanced) {
        groupFor(found->spec()).header->setOpen(true);
    }
    for (QWidget* up = parentWidget(); up != nullptr; up = up->parentWidget()) {
        if (auto* area = qobject_cast<QScrollArea*>(up)) {
            area->ensureWidgetVisible(found);
            break;
        }
    }
    found->editor()->setFocus(Qt::OtherFocusReason);
}

ParamRow* ParamForm::row(const std::string& key) const
{
    const ParamSpec* spec = findSpec(m_schema, key);
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const ParamRow* row) {
        return spec != nullptr && row->spec().key == spec->key;
    });
    return found == m_rows.end() ? nullptr : *found;
}

} // namespace espalier
