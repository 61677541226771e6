// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/MethodInfo.h"

#include <QSortFilterProxyModel>
#include <QStandardItemModel>

namespace espalier {

/// One method as the gallery shows it for the chosen model.
struct GalleryEntry {
    MethodInfo info = {};
    Needs needs = {};
    double seconds = -1;   // here, for the chosen model; negative: unknown
    QString unusable = {}; // one word in the last column ("encoder"); empty: usable
    QString reason = {};   // the same as a sentence, for the tooltip
};

/// Families in the user's words and in a fixed order, methods below them.
class MethodGalleryModel : public QStandardItemModel {
    Q_OBJECT

public:
    enum Column { NameColumn, NeedsColumn, TimeColumn, ColumnCount };

    enum Role { IdRole = Qt::UserRole + 1, NeedsRole, FamilyRole, SecondsRole, UnusableRole };

    enum NeedBit { Calibration = 1, Teacher = 2, Gradients = 4 };

    using QStandardItemModel::QStandardItemModel;

    void setEntries(const QList<GalleryEntry>& entries);
    /// Invalid when there is no such method.
    QModelIndex indexOf(const QString& id) const;

private:
    QStandardItem* groupFor(const QString& family);
};

/// Words must all be found in name, id, authors or summary; `needs:none`, `needs:teacher`,
/// `family:shrink` and `time<5min` narrow further. Groups without methods disappear.
class MethodGalleryFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit MethodGalleryFilter(QObject* parent = nullptr);
    void setQuery(const QString& query);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_terms;
};

/// "prune" of "prune-wanda".
QString familyOf(const std::string& methodId);
/// "6 s", "3.4 min", "1.6 h": a forecast deserves two digits at most.
QString briefDuration(double seconds);

} // namespace espalier
