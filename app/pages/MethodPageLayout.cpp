// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/FieldRow.h"
#include "app/pages/MethodPage.h"
#include "app/pages/ModelDataForm.h"
#include "app/pages/RunFooter.h"
#include "app/pages/ThenForm.h"
#include "widgets/form/ParamForm.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ColumnScroll.h"
#include "widgets/views/ElidedLabel.h"

#include <QFrame>
#include <QLabel>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace espalier {

QWidget* MethodPage::makeHeader()
{
    auto* header = new QWidget(this);
    setRole(header, "panel");
    auto* line = new QHBoxLayout(header);
    line->setContentsMargins(20, 10, 20, 10);
    line->setSpacing(12);
    m_title = new QLabel(header);
    m_title->setObjectName(QStringLiteral("methodTitle"));
    setTextRole(m_title, TextRole::Heading);
    m_summary = new ElidedLabel(header);
    m_summary->setObjectName(QStringLiteral("methodSummary"));
    setRole(m_summary, "muted");
    line->addWidget(m_title);
    line->addWidget(m_summary, 1);
    return header;
}

QWidget* MethodPage::makeForm(const QString& demo)
{
    auto* form = new QWidget(this);
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* rule = new QFrame(form);
    setRole(rule, "rule");
    auto* scroll = new ColumnScroll(form);
    scroll->setObjectName(QStringLiteral("formScroll"));
    auto* fields = new QWidget(scroll);
    setRole(fields, "page");
    m_modelData = new ModelDataForm(demo, fields);
    m_params = new ParamForm(fields);
    m_then = new ThenForm(demo, fields);
    auto* rows = new QVBoxLayout(fields);
    rows->setContentsMargins(9, 4, 12, 12);
    rows->setSpacing(0);
    rows->addWidget(m_modelData);
    rows->addWidget(m_params);
    rows->addWidget(m_then);
    rows->addStretch(1);
    scroll->setWidget(fields);
    m_footer = new RunFooter(form);
    column->addWidget(makeHeader());
    column->addWidget(rule);
    column->addWidget(scroll, 1);
    column->addWidget(m_footer);
    return form;
}

/// The method's longest label sets the column for the whole form.
void MethodPage::alignLabels()
{
    const auto labels = m_params->findChildren<QLabel*>(
        QRegularExpression(QStringLiteral("\\.label$")), Qt::FindChildrenRecursively);
    for (FieldRow* row : findChildren<FieldRow*>()) {
        if (!labels.isEmpty()) {
            row->setLabelWidth(labels.last()->minimumWidth());
        }
    }
}

} // namespace espalier
