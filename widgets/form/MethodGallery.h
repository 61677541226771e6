// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/form/MethodGalleryModel.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QTreeView;

namespace espalier {

/// All methods, grouped by what they do, with what each needs and how long it takes here.
class MethodGallery : public QWidget {
    Q_OBJECT

public:
    explicit MethodGallery(QWidget* parent = nullptr);

    /// Keeps the selection where the method still exists.
    void setEntries(const QList<GalleryEntry>& entries);
    /// "prune-wanda"; empty when none is chosen. The last one chosen where several are.
    QString currentMethod() const;
    void setCurrentMethod(const QString& id);
    QStringList selectedMethods() const;

Q_SIGNALS:
    void currentMethodChanged(const QString& id);
    void selectionChanged(const QStringList& ids);
    void activated(const QString& id);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeLegend();
    void fitColumns();
    void spanGroups();
    void applyFilter();

    MethodGalleryModel m_model;
    MethodGalleryFilter m_filter;
    QLineEdit* m_query;
    QTreeView* m_tree;
    QLabel* m_empty;
    QWidget* m_legend;
};

} // namespace espalier
