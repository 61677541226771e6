// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/form/HelpPlace.h"
#include "widgets/form/ParamEditors.h"

class QFrame;
class QGridLayout;
class QHBoxLayout;
class QLabel;

namespace espalier {

/// One line of a ParamForm: changed marker, label with the paper's symbol, editor, help; the
/// finding below.
class ParamRow : public QWidget {
    Q_OBJECT

public:
    ParamRow(const ParamSpec& spec, const EditorOptions& options);

    const ParamSpec& spec() const { return m_spec; }

    ParamEditor* editor() const { return m_editor; }

    bool isChanged() const;
    /// Shows the first of these; none: takes the line away.
    void showIssues(const std::vector<ParamIssue>& issues);
    /// Disabled, and the help says by what; empty: free again.
    void setFixed(const QString& reason);
    /// What the label needs to stand on one line.
    int labelWidth() const;
    void setLabelWidth(int width);

    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void edited();

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void setLabelText();
    void updateMarker();
    void addRepairButtons(const ParamIssue& issue);

    ParamSpec m_spec;
    QFrame* m_marker;
    QLabel* m_label;
    ParamEditor* m_editor;
    QLabel* m_help;
    QWidget* m_issue;
    QHBoxLayout* m_issueLayout;
    QGridLayout* m_grid;
    HelpPlace m_place;
};

} // namespace espalier
