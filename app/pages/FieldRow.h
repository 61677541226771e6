// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/form/HelpPlace.h"

#include <QWidget>

class QGridLayout;
class QLabel;

namespace espalier {

/// A line of a page's own form, in line with those of a ParamForm: label, editor, help; the finding
/// below.
class FieldRow : public QWidget {
    Q_OBJECT

public:
    /// The editor's objectName names the parts of the row.
    FieldRow(const QString& label, QWidget* editor, QWidget* parent);

    void setHelp(const QString& text);
    /// Empty: none.
    void setIssue(const QString& text);
    bool hasIssue() const;

    /// In line with the labels of the other rows of the page.
    void setLabelWidth(int width);

    QWidget* editor() const { return m_editor; }

    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QLabel* m_name;
    QWidget* m_editor;
    QLabel* m_help;
    QWidget* m_issue;
    QLabel* m_issueText;
    QGridLayout* m_grid;
    HelpPlace m_place;
};

} // namespace espalier
