// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/ParamRow.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QContextMenuEvent>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace espalier {

namespace {

constexpr int kMarkerWidth = 3;
constexpr int kEditorColumn = 2;
constexpr int kSentenceWidth = 150; // a finding may wrap, but not to a column of words
constexpr std::size_t kMostRepairs = 3;

/// A number as the form's field would show it, absent in words.
QString shown(const ParamValue& value)
{
    return std::holds_alternative<std::monostate>(value) ? ParamRow::tr("not set")
                                                         : QString::fromStdString(toText(value));
}

void clear(QLayout* layout)
{
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        }
        delete item;
    }
}

} // namespace

ParamRow::ParamRow(const ParamSpec& spec, const EditorOptions& options)
    : QWidget(options.parent)
    , m_spec(spec)
    , m_marker(new QFrame(this))
    , m_label(new QLabel(this))
    , m_editor(makeParamEditor(spec, {.parent = this, .chooseFile = options.chooseFile}))
    , m_help(new QLabel(schemaText(spec.help), this))
    , m_issue(new QWidget(this))
    , m_issueLayout(new QHBoxLayout(m_issue))
    , m_grid(new QGridLayout(this))
    , m_place(*m_grid, *m_help, kEditorColumn)
{
    const QString key = QString::fromStdString(spec.key);
    setRole(m_marker, "marker");
    m_marker->setFixedWidth(kMarkerWidth);
    m_marker->setObjectName(key + QStringLiteral(".marker"));
    setLabelText();
    m_label->setTextFormat(Qt::RichText);
    m_label->setBuddy(m_editor);
    m_label->setWordWrap(true);
    m_label->setObjectName(key + QStringLiteral(".label"));
    setRole(m_help, "muted");
    setTextRole(m_help, TextRole::Section);
    QFont plain = m_help->font();
    plain.setWeight(QFont::Normal);
    m_help->setFont(plain);
    m_help->setProperty("espalierTextRole", QVariant());
    m_help->setWordWrap(true);
    m_help->setObjectName(key + QStringLiteral(".help"));
    m_issue->setObjectName(key + QStringLiteral(".issue"));
    m_issueLayout->setContentsMargins(0, 0, 0, 4);
    m_issueLayout->setSpacing(6);
    m_issue->hide();

    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(m_editor);
    if (!spec.unit.empty()) {
        auto* unit = new QLabel(schemaText(spec.unit), this);
        setRole(unit, "muted");
        line->addWidget(unit);
    }
    m_grid->setContentsMargins(0, 2, 0, 2);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(3);
    m_grid->addWidget(m_marker, 0, 0);
    m_grid->addWidget(m_label, 0, 1);
    m_grid->addLayout(line, 0, kEditorColumn);
    m_grid->addWidget(m_issue, 2, kEditorColumn, 1, 2);
    m_grid->setColumnStretch(kEditorColumn + 1, 1);

    m_editor->setValue(spec.fallback);
    updateMarker();
    connect(m_editor, &ParamEditor::edited, this, [this] {
        updateMarker();
        Q_EMIT edited();
    });
}

bool ParamRow::isChanged() const
{
    return !(m_editor->value() == m_spec.fallback);
}

void ParamRow::setLabelText()
{
    QString text = schemaText(m_spec.label).toHtmlEscaped();
    if (!m_spec.symbol.empty()) {
        const QString muted = PlotTheme::of(*this).textMuted.name();
        text += QStringLiteral(" <i style='color:%1'>%2</i>")
                    .arg(muted, QString::fromStdString(m_spec.symbol).toHtmlEscaped());
    }
    if (m_label->text() != text) {
        m_label->setText(text);
    }
}

void ParamRow::updateMarker()
{
    const bool isOff = !isChanged();
    if (m_marker->property("off").toBool() != isOff || !m_marker->property("off").isValid()) {
        m_marker->setProperty("off", isOff);
        setRole(m_marker, "marker"); // looks the property up again
    }
    m_label->setToolTip(isOff ? QString() : tr("Changed from %1").arg(shown(m_spec.fallback)));
}

void ParamRow::showIssues(const std::vector<ParamIssue>& issues)
{
    clear(m_issueLayout);
    m_issue->setVisible(!issues.empty());
    m_editor->setInvalid(!issues.empty() && issues.front().blocks);
    QWidget* field = m_editor->focusProxy();
    field->setAccessibleDescription(schemaText(m_spec.help));
    if (issues.empty()) {
        return;
    }
    const ParamIssue& issue = issues.front();
    QString message = schemaText(issue.message);
    if (const QString key = QString::fromStdString(m_spec.key);
        message.startsWith(key + QLatin1Char(' '))) {
        message.replace(0, key.size(), schemaText(m_spec.label)); // the form shows labels, not keys
    }
    auto* glyph = issue.blocks ? new GlyphLabel(Glyph::Error, &PlotTheme::danger, m_issue)
                               : new GlyphLabel(Glyph::Warning, &PlotTheme::warning, m_issue);
    auto* sentence = new QLabel(message, m_issue);
    sentence->setObjectName(objectName() + QString::fromStdString(m_spec.key) +
                            QStringLiteral(".message"));
    sentence->setWordWrap(true);
    setRole(sentence, issue.blocks ? "danger" : "warning");
    field->setAccessibleDescription(message + QLatin1Char(' ') + schemaText(m_spec.help));
    m_issueLayout->addWidget(glyph, 0, Qt::AlignVCenter);
    m_issueLayout->addWidget(sentence, 1);
    sentence->setMinimumWidth(
        std::min(kSentenceWidth, sentence->fontMetrics().horizontalAdvance(message) + 4));
    addRepairButtons(issue);
}

void ParamRow::addRepairButtons(const ParamIssue& issue)
{
    for (std::size_t i = 0; i < std::min(issue.suggestions.size(), kMostRepairs); ++i) {
        const ParamValue& value = issue.suggestions[i];
        auto* repair = new QPushButton(tr("Use %1").arg(shown(value)), m_issue);
        repair->setObjectName(QString::fromStdString(m_spec.key) +
                              QStringLiteral(".repair%1").arg(static_cast<int>(i)));
        setRole(repair, "small");
        m_issueLayout->addWidget(repair);
        connect(repair, &QPushButton::clicked, this, [this, value] { m_editor->setValue(value); });
    }
}

void ParamRow::setFixed(const QString& reason)
{
    m_editor->setEnabled(reason.isEmpty());
    m_editor->setToolTip(reason);
    m_help->setText(reason.isEmpty() ? schemaText(m_spec.help) : reason);
}

int ParamRow::labelWidth() const
{
    QString text = schemaText(m_spec.label);
    if (!m_spec.symbol.empty()) {
        text += QLatin1Char(' ') + QString::fromStdString(m_spec.symbol);
    }
    constexpr int kItalicRoom = 6;
    return m_label->fontMetrics().horizontalAdvance(text) + kItalicRoom;
}

void ParamRow::setLabelWidth(int width)
{
    m_label->setFixedWidth(width);
    m_place.fit(this->width());
}

QSize ParamRow::minimumSizeHint() const
{
    const int finding = m_issue->isHidden() ? 0
                                            : m_label->minimumWidth() + kMarkerWidth +
                                                  2 * m_grid->horizontalSpacing() +
                                                  m_issueLayout->minimumSize().width();
    return {std::max(m_place.leastWidth(), finding), QWidget::minimumSizeHint().height()};
}

void ParamRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_place.fit(width());
}

void ParamRow::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    QAction* reset = menu.addAction(tr("Reset to %1").arg(shown(m_spec.fallback)));
    reset->setEnabled(isChanged() && m_editor->isEnabled());
    if (menu.exec(event->globalPos()) == reset) {
        m_editor->setValue(m_spec.fallback);
    }
}

void ParamRow::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        setLabelText();
    }
}

} // namespace espalier
