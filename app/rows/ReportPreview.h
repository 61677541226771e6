// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/store/StoreReader.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace espalier {

class MethodCatalog;

/// A report as it is written, for looking at before it is.
struct ReportPreview {
    QString markdown;
    QList<std::pair<QString, QByteArray>> figures = {}; // name in the text, SVG
};

ReportPreview previewReport(const StoreReader& store, const QList<qint64>& runs,
                            const MethodCatalog& methods);

/// Returns the files.
QStringList exportReport(const StoreReader& store, const QList<qint64>& runs,
                         const MethodCatalog& methods, const Path& folder);

} // namespace espalier
