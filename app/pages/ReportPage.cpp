// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ReportPage.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "app/settings/Settings.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/EmptyState.h"

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QSvgRenderer>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr double kFigureScale = 1.25; // of the printed size, to be read on a screen

QImage rendered(const QByteArray& svg, double ratio, double widest)
{
    QSvgRenderer renderer(svg);
    QSizeF size = QSizeF(renderer.defaultSize()) * kFigureScale;
    if (size.width() > widest) {
        size *= widest / size.width();
    }
    QImage image((size * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::white);
    QPainter painter(&image);
    renderer.render(&painter, QRectF(QPointF(0, 0), size));
    return image;
}

} // namespace

ReportPage::ReportPage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_stack(new QStackedWidget(this))
    , m_page(new QTextBrowser(this))
    , m_empty(new EmptyState(Glyph::Report, this))
    , m_choose([this](const QString& title, const QString& current) {
        return QFileDialog::getExistingDirectory(this, title, current);
    })
    , m_runQuestion([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [&methods = m_context.workspace.methods()](const StoreReader& store) {
                return readRunList(store, methods);
            },
            [this, done](const QList<ListedRun>& runs) {
                showRuns(runs);
                done();
            });
    })
    , m_previewQuestion([this](const auto& done) {
        const QList<qint64> chosen = chosenRuns();
        if (chosen.isEmpty() || !isVisible()) {
            updateExport();
            done();
            return;
        }
        m_context.workspace.rows().ask(
            this,
            [chosen, &methods = m_context.workspace.methods()](const StoreReader& store) {
                return previewReport(store, chosen, methods);
            },
            [this, done](const ReportPreview& preview) {
                showPreview(preview);
                done();
            });
    })
{
    setObjectName(QStringLiteral("report"));
    m_page->setObjectName(QStringLiteral("reportPreview"));
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setOpenLinks(false);
    // The preview is paper: always light.
    m_page->setPalette(PlotTheme::light().palette());
    m_page->document()->setDocumentMargin(24);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_page);
    auto* splitter = new QSplitter(this);
    splitter->addWidget(makeRuns());
    splitter->addWidget(m_stack);
    splitter->addWidget(makeExport());
    splitter->setSizes({270, 760, 300});
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    connect(m_runs, &QListWidget::itemChanged, this, [this] { m_previewQuestion.request(); });
    connect(&context.workspace, &Workspace::runsChanged, this, [this] { m_runQuestion.request(); });
    connect(&context.workspace, &Workspace::failed, this, [this] {
        m_isExporting = false;
        updateExport();
    });
    m_runQuestion.request();
    updateExport();
}

void ReportPage::showRuns(const QList<ListedRun>& runs)
{
    QHash<qint64, Qt::CheckState> states;
    for (int row = 0; row < m_runs->count(); ++row) {
        states.insert(m_runs->item(row)->data(Qt::UserRole).toLongLong(),
                      m_runs->item(row)->checkState());
    }
    const QSignalBlocker quiet(m_runs);
    m_runs->clear();
    for (const ListedRun& run : runs) {
        if (run.isStudy || run.status != RunStatus::Succeeded) {
            continue;
        }
        auto* item = new QListWidgetItem(run.name, m_runs);
        item->setToolTip(run.name);
        item->setData(Qt::UserRole, run.id);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(states.value(run.id, Qt::Checked));
    }
    m_previewQuestion.request();
}

QList<qint64> ReportPage::chosenRuns() const
{
    QList<qint64> ids;
    for (int row = m_runs->count() - 1; row >= 0; --row) { // oldest first
        if (m_runs->item(row)->checkState() == Qt::Checked) {
            ids.append(m_runs->item(row)->data(Qt::UserRole).toLongLong());
        }
    }
    return ids;
}

void ReportPage::chooseAll(bool on)
{
    {
        const QSignalBlocker quiet(m_runs);
        for (int row = 0; row < m_runs->count(); ++row) {
            m_runs->item(row)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
        }
    }
    m_runs->viewport()->update();
    m_previewQuestion.request();
}

void ReportPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_previewQuestion.request();
}

void ReportPage::showPreview(const ReportPreview& preview)
{
    m_page->document()->clear();
    const double widest = std::max(200, m_page->viewport()->width() - 64);
    for (const auto& [name, svg] : preview.figures) {
        m_page->document()->addResource(QTextDocument::ImageResource, QUrl(name),
                                        rendered(svg, devicePixelRatioF(), widest));
    }
    m_page->document()->setMarkdown(preview.markdown);
    m_page->moveCursor(QTextCursor::Start);
    updateExport();
    Q_EMIT previewShown();
}

void ReportPage::updateExport()
{
    const bool hasRuns = !chosenRuns().isEmpty();
    m_stack->setCurrentIndex(hasRuns ? 1 : 0);
    m_empty->setText(m_runs->count() == 0
                         ? tr("No run is finished yet. A report shows runs that others can repeat.")
                         : tr("Choose the runs of the report on the left."));
    QString reason;
    if (!hasRuns) {
        reason = tr("Choose at least one run.");
    } else if (m_folder->text().trimmed().isEmpty()) {
        reason = tr("Name a folder for the report.");
    } else if (m_isExporting) {
        reason = tr("The report is being written.");
    }
    m_export->setEnabled(reason.isEmpty());
    m_export->setToolTip(reason);
    m_progress->setVisible(m_isExporting);
}

void ReportPage::exportNow()
{
    m_isExporting = true;
    m_open->hide();
    m_result->clear();
    updateExport();
    m_context.settings.setFolder(QString::fromLatin1(kReportFolder), m_folder->text());
    m_context.workspace.rows().ask(
        this,
        [chosen = chosenRuns(), folder = toPath(m_folder->text()),
         &methods = m_context.workspace.methods()](const StoreReader& store) {
            return exportReport(store, chosen, methods, folder);
        },
        [this](const QStringList& files) {
            m_isExporting = false;
            m_result->setText(tr("%n files written to %1.", nullptr, static_cast<int>(files.size()))
                                  .arg(m_folder->text()));
            m_open->show();
            updateExport();
            Q_EMIT exported(files);
        });
}

} // namespace espalier
