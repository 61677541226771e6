// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/ReportPage.h"
#include "app/settings/Settings.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QDesktopServices>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace espalier {

QWidget* ReportPage::makeRuns()
{
    auto* panel = new QWidget(this);
    auto* title = new QLabel(tr("Runs in the report"), panel);
    setTextRole(title, TextRole::Section);
    auto* all = new QPushButton(tr("All"), panel);
    auto* none = new QPushButton(tr("None"), panel);
    all->setObjectName(QStringLiteral("chooseAll"));
    none->setObjectName(QStringLiteral("chooseNone"));
    for (QPushButton* button : {all, none}) {
        setRole(button, "small");
    }
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->setSpacing(8);
    line->addWidget(title, 1);
    line->addWidget(all);
    line->addWidget(none);
    m_runs = new QListWidget(panel);
    m_runs->setObjectName(QStringLiteral("reportRuns"));
    m_runs->setFrameShape(QFrame::NoFrame);
    m_runs->setTextElideMode(Qt::ElideMiddle);
    m_runs->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_runs->setSpacing(2);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addWidget(m_runs, 1);
    connect(all, &QPushButton::clicked, this, [this] { chooseAll(true); });
    connect(none, &QPushButton::clicked, this, [this] { chooseAll(false); });
    return panel;
}

QWidget* ReportPage::makeExport()
{
    auto* panel = new QWidget(this);
    auto* title = new QLabel(tr("Export"), panel);
    setTextRole(title, TextRole::Section);
    auto* what =
        new QLabel(tr("One HTML page without links to the outside, Markdown, every table as "
                      "CSV and LaTeX, every figure as SVG and CSV."),
                   panel);
    what->setWordWrap(true);
    setRole(what, "muted");
    const QString kept = m_context.settings.folder(QString::fromLatin1(kReportFolder));
    m_folder = new QLineEdit(
        kept.isEmpty() ? fromPath(m_context.workspace.layout().folder / "report") : kept, panel);
    m_folder->setObjectName(QStringLiteral("reportFolder"));
    m_folder->setAccessibleName(tr("Folder of the report"));
    auto* browse = new QPushButton(icon(Glyph::Folder), tr("Choose folder…"), panel);
    m_export =
        new QPushButton(icon(Glyph::Download, &PlotTheme::onAccent), tr("Export report"), panel);
    m_export->setObjectName(QStringLiteral("exportReport"));
    setRole(m_export, "filled");
    m_progress = new QProgressBar(panel);
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->hide();
    m_result = new QLabel(panel);
    m_result->setObjectName(QStringLiteral("exportResult"));
    m_result->setWordWrap(true);
    m_open = new QPushButton(icon(Glyph::Folder), tr("Open folder"), panel);
    m_open->setObjectName(QStringLiteral("openReport"));
    m_open->hide();
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    for (QWidget* part : std::initializer_list<QWidget*>{title, what, m_folder, browse, m_export,
                                                         m_progress, m_result, m_open}) {
        column->addWidget(part);
    }
    column->addStretch(1);
    panel->setMinimumWidth(220);
    connect(browse, &QPushButton::clicked, this, [this] {
        if (const QString folder = m_choose(tr("Folder of the report"), m_folder->text());
            !folder.isEmpty()) {
            m_folder->setText(folder);
        }
    });
    connect(m_folder, &QLineEdit::textChanged, this, &ReportPage::updateExport);
    connect(m_export, &QPushButton::clicked, this, &ReportPage::exportNow);
    connect(m_open, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_folder->text())); });
    return panel;
}

} // namespace espalier
