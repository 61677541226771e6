// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/FieldRow.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QGridLayout>
#include <QLabel>

namespace espalier {

namespace {

constexpr int kLabelWidth = 132;
constexpr int kIndent = 11; // a ParamRow's marker and the gap behind it

} // namespace

FieldRow::FieldRow(const QString& label, QWidget* editor, QWidget* parent)
    : QWidget(parent)
    , m_name(new QLabel(label, this))
    , m_editor(editor)
    , m_help(new QLabel(this))
    , m_issue(new QWidget(this))
    , m_issueText(new QLabel(m_issue))
    , m_grid(new QGridLayout(this))
    , m_place(*m_grid, *m_help, 1)
{
    m_name->setBuddy(editor);
    setLabelWidth(std::max(kLabelWidth, fontMetrics().averageCharWidth() * 18));
    editor->setAccessibleName(label);
    setRole(m_help, "muted");
    m_help->setWordWrap(true);
    m_help->setObjectName(editor->objectName() + QStringLiteral(".help"));
    setRole(m_issueText, "danger");
    m_issueText->setWordWrap(true);
    m_issueText->setObjectName(editor->objectName() + QStringLiteral(".issue"));
    auto* issueLine = new QHBoxLayout(m_issue);
    issueLine->setContentsMargins(0, 0, 0, 4);
    issueLine->setSpacing(6);
    issueLine->addWidget(new GlyphLabel(Glyph::Error, &PlotTheme::danger, m_issue), 0,
                         Qt::AlignTop);
    issueLine->addWidget(m_issueText, 1);
    m_issue->hide();

    m_grid->setContentsMargins(kIndent, 2, 0, 2);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(3);
    m_grid->addWidget(m_name, 0, 0);
    m_grid->addWidget(editor, 0, 1);
    m_grid->addWidget(m_issue, 2, 1, 1, 2);
    m_grid->setColumnStretch(2, 1);
}

void FieldRow::setLabelWidth(int width)
{
    m_name->setFixedWidth(width);
    m_place.fit(this->width());
}

QSize FieldRow::minimumSizeHint() const
{
    return {m_place.leastWidth(), QWidget::minimumSizeHint().height()};
}

void FieldRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_place.fit(width());
}

void FieldRow::setHelp(const QString& text)
{
    m_help->setText(text);
    m_editor->setAccessibleDescription(text);
}

void FieldRow::setIssue(const QString& text)
{
    m_issueText->setText(text);
    m_issue->setVisible(!text.isEmpty());
    setInvalid(m_editor, !text.isEmpty());
}

bool FieldRow::hasIssue() const
{
    return !m_issueText->text().isEmpty();
}

} // namespace espalier
