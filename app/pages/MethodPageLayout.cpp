// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/MethodPage.h"
#include "app/pages/ModelDataForm.h"
#include "app/pages/ThenForm.h"
#include "widgets/form/ParamForm.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ElidedLabel.h"
#include "widgets/views/Icons.h"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
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
    m_scroll = new QScrollArea(form);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    auto* fields = new QWidget(m_scroll);
    setRole(fields, "page");
    m_modelData = new ModelDataForm(demo, fields);
    m_params = new ParamForm(fields);
    m_then = new ThenForm(demo, fields);
    auto* rows = new QVBoxLayout(fields);
    rows->setContentsMargins(9, 4, 20, 12);
    rows->setSpacing(0);
    rows->addWidget(m_modelData);
    rows->addWidget(m_params);
    rows->addWidget(m_then);
    rows->addStretch(1);
    m_scroll->setWidget(fields);
    column->addWidget(makeHeader());
    column->addWidget(rule);
    column->addWidget(m_scroll, 1);
    column->addWidget(makeFooter());
    return form;
}

QWidget* MethodPage::makeFooter()
{
    auto* footer = new QWidget(this);
    auto* column = new QVBoxLayout(footer);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* rule = new QFrame(footer);
    setRole(rule, "rule");
    column->addWidget(rule);
    m_issueText = new QLabel(footer);
    m_issueText->setObjectName(QStringLiteral("issueCount"));
    setRole(m_issueText, "danger");
    m_issueLink = new QPushButton(footer);
    m_issueLink->setObjectName(QStringLiteral("issueLink"));
    setRole(m_issueLink, "link");
    m_run = new QPushButton(icon(Glyph::Play, &PlotTheme::onAccent), tr("Run"), footer);
    m_run->setObjectName(QStringLiteral("run"));
    setRole(m_run, "filled");
    auto* line = new QHBoxLayout;
    line->setContentsMargins(20, 8, 20, 8);
    line->setSpacing(8);
    line->addWidget(m_issueText);
    line->addWidget(m_issueLink);
    line->addStretch(1);
    line->addWidget(m_run);
    column->addLayout(line);
    return footer;
}

} // namespace espalier
