// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/PlotDrawing.h"
#include "widgets/plots/PlotView.h"

#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QSaveFile>
#include <QSvgGenerator>

namespace espalier {

template <class Draw>
auto PlotView::inLightTheme(Draw draw)
{
    setCurrent({});
    m_override = &PlotTheme::light();
    restyleAll();
    auto result = draw();
    m_override = nullptr;
    restyleAll();
    return result;
}

QByteArray PlotView::svg(const QSize& size)
{
    return inLightTheme([&] {
        QBuffer buffer;
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size);
        generator.setViewBox(QRect(QPoint(), size));
        generator.setTitle(accessibleName());
        QCPPainter painter;
        painter.begin(&generator);
        painter.setMode(QCPPainter::pmVectorized);
        m_plot->toPainter(&painter, size.width(), size.height());
        painter.end();
        return buffer.data();
    });
}

bool PlotView::savePdf(const QString& file, const QSize& size)
{
    return inLightTheme([&] {
        return m_plot->savePdf(file, size.width(), size.height(), QCP::epNoCosmetic, {},
                               accessibleName());
    });
}

QPixmap PlotView::figure(const QSize& size, double scale)
{
    return inLightTheme([&] { return m_plot->toPixmap(size.width(), size.height(), scale); });
}

void PlotView::setFileChooser(std::function<QString(const QString& proposed)> choose)
{
    m_chooseFile = std::move(choose);
}

void PlotView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    menu.addAction(tr("Reset view"), this, &PlotView::resetView);
    QAction* log = menu.addAction(tr("Log axis"));
    log->setCheckable(true);
    log->setChecked(yScale() == PlotScale::Log);
    connect(log, &QAction::toggled, this,
            [this](bool on) { setYScale(on ? PlotScale::Log : PlotScale::Linear); });
    menu.addSeparator();
    menu.addAction(tr("Copy figure"), this,
                   [this] { QGuiApplication::clipboard()->setPixmap(figure(m_plot->size(), 2)); });
    menu.addAction(tr("Copy data"), this,
                   [this] { QGuiApplication::clipboard()->setText(table().text()); });
    QAction* rows = menu.addAction(tr("Show as table"));
    rows->setCheckable(true);
    rows->setChecked(showsTable());
    connect(rows, &QAction::toggled, this, &PlotView::showTable);
    menu.addSeparator();
    addExports(menu);
    menu.exec(event->globalPos());
}

void PlotView::addExports(QMenu& menu)
{
    const auto ask = [this](const QString& ending) {
        const QString proposed = QStringLiteral("figure.") + ending;
        return m_chooseFile ? m_chooseFile(proposed)
                            : QFileDialog::getSaveFileName(window(), tr("Export figure"), proposed);
    };
    menu.addAction(tr("Export SVG…"), this, [this, ask] {
        QSaveFile file(ask(QStringLiteral("svg")));
        if (!file.fileName().isEmpty() && file.open(QIODevice::WriteOnly)) {
            file.write(svg(m_plot->size()));
            file.commit();
        }
    });
    menu.addAction(tr("Export PDF…"), this, [this, ask] {
        if (const QString file = ask(QStringLiteral("pdf")); !file.isEmpty()) {
            savePdf(file, m_plot->size());
        }
    });
}

} // namespace espalier
