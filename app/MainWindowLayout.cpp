// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/MainWindow.h"
#include "app/Workspace.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ElidedLabel.h"
#include "widgets/views/GlyphLabel.h"

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kRailWidth = 76;

struct RailEntry {
    const char* page;
    Glyph glyph;
};

constexpr RailEntry kRail[] = {{"models", Glyph::Models}, {"newRun", Glyph::NewRun},
                               {"queue", Glyph::Queue},   {"compare", Glyph::Compare},
                               {"report", Glyph::Report}, {"plugins", Glyph::Plugins}};

} // namespace

void MainWindow::makeToolBar()
{
    auto* bar = addToolBar(tr("Workspace"));
    bar->setObjectName(QStringLiteral("workspaceBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    auto* content = new QWidget(bar);
    auto* mark = new GlyphLabel(Glyph::Espalier, &PlotTheme::accent, content);
    mark->setFixedSize(24, 24);
    auto* name = new ElidedLabel(m_workspace.name(), content);
    name->setObjectName(QStringLiteral("workspaceName"));
    setTextRole(name, TextRole::Section);
    m_newRunButton =
        new QPushButton(icon(Glyph::Plus, &PlotTheme::onAccent), tr("New run"), content);
    m_newRunButton->setObjectName(QStringLiteral("newRunButton"));
    m_newRunButton->setFocusPolicy(Qt::TabFocus);
    m_newRunButton->setToolTip(tr("Choose a method and start it (Ctrl+N)"));
    auto* line = new QHBoxLayout(content);
    line->setContentsMargins(8, 6, 8, 6);
    line->setSpacing(12);
    line->addWidget(mark);
    line->addWidget(name);
    if (m_workspace.isReadOnly()) {
        auto* chip = new QLabel(tr("Read-only"), content);
        chip->setObjectName(QStringLiteral("readOnlyChip"));
        chip->setToolTip(m_workspace.readOnlyReason());
        setRole(chip, "warningChip");
        line->addWidget(chip);
    }
    line->addStretch(1);
    line->addWidget(m_newRunButton);
    bar->layout()->setContentsMargins(0, 0, 0, 0);
    bar->addWidget(content);
    connect(m_newRunButton, &QPushButton::clicked, m_actions[QStringLiteral("run.new")],
            &QAction::trigger);
}

void MainWindow::makeRail()
{
    auto* rail = new QToolBar(tr("Pages"), this);
    rail->setObjectName(QStringLiteral("rail"));
    setRole(rail, "rail");
    rail->setMovable(false);
    rail->setOrientation(Qt::Vertical);
    rail->setContextMenuPolicy(Qt::PreventContextMenu);
    rail->layout()->setContentsMargins(0, 8, 0, 8);
    for (const RailEntry& entry : kRail) {
        const QString page = QString::fromLatin1(entry.page);
        QAction* action = m_actions[QStringLiteral("page.") + page];
        auto* button = new QToolButton(rail);
        button->setObjectName(QStringLiteral("rail.") + page);
        button->setText(action->text());
        button->setToolTip(QStringLiteral("%1 (%2)").arg(
            action->text(), action->shortcut().toString(QKeySequence::NativeText)));
        button->setCheckable(true);
        button->setAutoExclusive(true);
        button->setIcon(icon(entry.glyph, &PlotTheme::textMuted));
        button->setIconSize({20, 20});
        button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        button->setFixedSize(kRailWidth, fontMetrics().height() + 42);
        setRole(button, "rail");
        setTextRole(button, TextRole::Caption);
        rail->addWidget(button);
        m_rail.insert(page, button);
        connect(button, &QToolButton::clicked, action, &QAction::trigger);
    }
    addToolBar(Qt::LeftToolBarArea, rail);
}

void MainWindow::colourRail(const QString& current)
{
    for (const RailEntry& entry : kRail) {
        const QString page = QString::fromLatin1(entry.page);
        m_rail.value(page)->setIcon(
            icon(entry.glyph, page == current ? &PlotTheme::accent : &PlotTheme::textMuted));
    }
}

} // namespace espalier
