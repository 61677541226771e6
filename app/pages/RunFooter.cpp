// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/RunFooter.h"

#include "app/Text.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace espalier {

RunFooter::RunFooter(QWidget* parent)
    : QWidget(parent)
    , m_issueText(new QLabel(this))
    , m_issueLink(new QPushButton(this))
    , m_run(new QPushButton(icon(Glyph::Play, &PlotTheme::onAccent), tr("Run"), this))
{
    m_issueText->setObjectName(QStringLiteral("issueCount"));
    setRole(m_issueText, "danger");
    m_issueLink->setObjectName(QStringLiteral("issueLink"));
    setRole(m_issueLink, "link");
    m_run->setObjectName(QStringLiteral("run"));
    setRole(m_run, "filled");
    auto* rule = new QFrame(this);
    setRole(rule, "rule");
    auto* line = new QHBoxLayout;
    line->setContentsMargins(20, 8, 20, 8);
    line->setSpacing(8);
    line->addWidget(m_issueText);
    line->addWidget(m_issueLink);
    line->addStretch(1);
    line->addWidget(m_run);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(rule);
    column->addLayout(line);
    setIssues({});
    connect(m_run, &QPushButton::clicked, this, &RunFooter::runRequested);
    connect(m_issueLink, &QPushButton::clicked, this, &RunFooter::issueRequested);
}

void RunFooter::setIssues(const std::vector<ParamIssue>& issues)
{
    const int count = static_cast<int>(issues.size());
    m_issueText->setVisible(count > 0);
    m_issueLink->setVisible(count > 0);
    m_issueText->setText(
        tr("%n issue(s):", nullptr, count)
            .replace(QStringLiteral("(s)"), count == 1 ? QString() : QStringLiteral("s")));
    if (count > 0) {
        m_issueLink->setText(fromUtf8(issues.front().key));
    }
}

void RunFooter::setRuns(int count, const QString& reason)
{
    m_run->setText(count > 1 ? tr("Run %n seeds", nullptr, count) : tr("Run"));
    m_run->setEnabled(reason.isEmpty());
    m_run->setToolTip(reason.isEmpty() ? tr("Start now or when its turn comes (Ctrl+Enter)")
                                       : reason);
}

bool RunFooter::canRun() const
{
    return m_run->isEnabled();
}

} // namespace espalier
