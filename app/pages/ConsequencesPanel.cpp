// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ConsequencesPanel.h"

#include "widgets/form/HonestyPanel.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ColumnScroll.h"
#include "widgets/views/Icons.h"
#include "widgets/views/SegmentedButtons.h"

#include <QClipboard>
#include <QFrame>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kLeastLines = 6;

} // namespace

ConsequencesPanel::ConsequencesPanel(QWidget* parent)
    : QWidget(parent)
    , m_honesty(new HonestyPanel(this))
    , m_choice(new SegmentedButtons({tr("Recipe"), tr("Command")}, this))
    , m_texts(new QStackedWidget(this))
    , m_recipe(makeText("recipeText"))
    , m_command(makeText("commandText"))
{
    setObjectName(QStringLiteral("consequences"));
    auto* title = new QLabel(tr("What you will get here"), this);
    setTextRole(title, TextRole::Section);
    title->setContentsMargins(12, 8, 12, 8);
    auto* rule = new QFrame(this);
    setRole(rule, "rule");
    auto* secondRule = new QFrame(this);
    setRole(secondRule, "rule");
    auto* copyButton = new QPushButton(icon(Glyph::Copy), tr("Copy"), this);
    copyButton->setObjectName(QStringLiteral("copyRecipe"));
    auto* saveButton = new QPushButton(icon(Glyph::Save), tr("Save…"), this);
    saveButton->setObjectName(QStringLiteral("saveRecipe"));
    saveButton->setToolTip(tr("Save the recipe: a file that espalier-run run takes"));
    m_choice->setObjectName(QStringLiteral("recipeOrCommand"));
    m_choice->setCurrent(0);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->addWidget(m_choice);
    line->addStretch(1);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 8, 12, 8);
    buttons->setSpacing(8);
    buttons->addStretch(1);
    buttons->addWidget(copyButton);
    buttons->addWidget(saveButton);
    m_texts->addWidget(m_recipe);
    m_texts->addWidget(m_command);
    m_texts->setMinimumHeight(fontMetrics().height() * kLeastLines);
    auto* honesty = new ColumnScroll(this);
    honesty->setObjectName(QStringLiteral("honestyScroll"));
    honesty->setWidget(m_honesty);
    honesty->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title);
    column->addWidget(rule);
    column->addWidget(honesty);
    column->addWidget(secondRule);
    column->addLayout(line);
    column->addWidget(m_texts, 1);
    column->addLayout(buttons);
    connect(m_choice, &SegmentedButtons::currentChanged, m_texts, &QStackedWidget::setCurrentIndex);
    connect(copyButton, &QPushButton::clicked, this, &ConsequencesPanel::copy);
    connect(saveButton, &QPushButton::clicked, this, &ConsequencesPanel::saveRequested);
}

QPlainTextEdit* ConsequencesPanel::makeText(const char* name)
{
    auto* text = new QPlainTextEdit(this);
    text->setObjectName(QString::fromLatin1(name));
    text->setReadOnly(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    text->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    text->document()->setDocumentMargin(12);
    setTextRole(text, TextRole::Mono);
    return text;
}

void ConsequencesPanel::setExpectation(const Expectation& expectation)
{
    m_honesty->setExpectation(expectation);
}

void ConsequencesPanel::setRecipe(const QString& recipe, const QString& command)
{
    // Unchanged text keeps its selection and scroll position.
    if (m_recipe->toPlainText() != recipe) {
        m_recipe->setPlainText(recipe);
    }
    if (m_command->toPlainText() != command) {
        m_command->setPlainText(command);
    }
}

void ConsequencesPanel::copy()
{
    const bool isRecipe = m_texts->currentIndex() == 0;
    QGuiApplication::clipboard()->setText((isRecipe ? m_recipe : m_command)->toPlainText());
    Q_EMIT copied(isRecipe ? tr("Recipe copied") : tr("Command copied"));
}

} // namespace espalier
