// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/HonestyPanel.h"

#include "widgets/form/ParamEditors.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kMostLines = 5;

std::pair<Glyph, ThemeColour> toneGlyph(ExpectationLine::Tone tone)
{
    switch (tone) {
    case ExpectationLine::Tone::Good:
        return {Glyph::Check, &PlotTheme::success};
    case ExpectationLine::Tone::Caution:
        return {Glyph::Warning, &PlotTheme::warning};
    case ExpectationLine::Tone::Neutral:
        break;
    }
    return {Glyph::Info, &PlotTheme::info};
}

} // namespace

HonestyPanel::HonestyPanel(QWidget* parent)
    : QWidget(parent)
    , m_lines(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("honestyPanel"));
    setAccessibleName(tr("What you will get here"));
    m_lines->setContentsMargins(12, 10, 12, 10);
    m_lines->setSpacing(12);
}

void HonestyPanel::setExpectation(const Expectation& expectation)
{
    while (QLayoutItem* item = m_lines->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    Expectation lines = expectation;
    const bool hasSpeed = std::any_of(lines.begin(), lines.end(), [](const ExpectationLine& line) {
        return line.kind == ExpectationLine::Kind::Speed;
    });
    if (!hasSpeed) {
        lines.push_back(
            {.kind = ExpectationLine::Kind::Speed,
             .tone = ExpectationLine::Tone::Neutral,
             .headline = QT_TRANSLATE_NOOP("schema", "Speed unknown: not measured yet")});
    }
    std::stable_sort(
        lines.begin(), lines.end(),
        [](const ExpectationLine& a, const ExpectationLine& b) { return a.kind < b.kind; });
    lines.resize(std::min(lines.size(), kMostLines));
    for (const ExpectationLine& line : lines) {
        addLine(line);
    }
}

void HonestyPanel::addLine(const ExpectationLine& line)
{
    auto* box = new QWidget(this);
    box->setObjectName(QStringLiteral("expectation.%1").arg(static_cast<int>(line.kind)));
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(1);
    const auto [glyph, colour] = toneGlyph(line.tone);
    grid->addWidget(new GlyphLabel(glyph, colour, box), 0, 0, Qt::AlignTop);
    auto* headline = new QLabel(schemaText(line.headline), box);
    headline->setObjectName(QStringLiteral("headline"));
    QFont bold = headline->font();
    bold.setWeight(QFont::DemiBold);
    headline->setFont(bold);
    headline->setWordWrap(true);
    grid->addWidget(headline, 0, 1);
    if (!line.detail.empty()) {
        auto* detail = new QLabel(schemaText(line.detail), box);
        detail->setObjectName(QStringLiteral("detail"));
        detail->setWordWrap(true);
        setRole(detail, "muted");
        grid->addWidget(detail, 1, 1);
    }
    grid->setColumnStretch(1, 1);
    box->setAccessibleName(headline->text());
    m_lines->addWidget(box);
}

} // namespace espalier
