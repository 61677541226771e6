// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/ReportPreview.h"

#include "app/Text.h"
#include "core/method/MethodCatalog.h"
#include "core/report/ReportBuilder.h"

namespace espalier {

namespace {

Report reportOf(const StoreReader& store, const QList<qint64>& runs, const MethodCatalog& methods)
{
    std::vector<RunId> ids;
    for (const qint64 run : runs) {
        ids.push_back(runOf(run));
    }
    return buildReport(store, ids, {.methodTitle = [&methods](const std::string& id) {
                           const Method* method = methods.find(id);
                           return method != nullptr ? method->info().title : id;
                       }});
}

} // namespace

ReportPreview previewReport(const StoreReader& store, const QList<qint64>& runs,
                            const MethodCatalog& methods)
{
    const Report report = reportOf(store, runs, methods);
    ReportPreview preview{.markdown = fromUtf8(markdownReport(report))};
    for (const ReportFigure& figure : report.figures) {
        const QString name = QStringLiteral("figures/%1.svg").arg(fromUtf8(fileNameOf(figure.id)));
        preview.figures.append(
            {name, QByteArray::fromStdString(toSvg(figure.chart, figure.caption, figure.size))});
    }
    return preview;
}

QStringList exportReport(const StoreReader& store, const QList<qint64>& runs,
                         const MethodCatalog& methods, const Path& folder)
{
    QStringList files;
    for (const Path& file : writeReport(reportOf(store, runs, methods), folder)) {
        files.append(fromPath(file));
    }
    return files;
}

} // namespace espalier
