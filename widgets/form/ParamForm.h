// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/form/ParamEditors.h"

#include <QTimer>

class QVBoxLayout;

namespace espalier {

class ParamRow;

/// A form for any schema: groups in the schema's order, advanced parameters folded away, findings
/// beside the fields. Findings of validate() come by themselves, those of others through
/// setIssues().
class ParamForm : public QWidget {
    Q_OBJECT

public:
    explicit ParamForm(QWidget* parent = nullptr);
    ~ParamForm() override;

    /// Defaults in every field.
    void setSchema(const ParamSchema& schema);
    void setFileChooser(FileChooser choose);

    ParamValues values() const;
    /// Keys that are missing here keep their values; unknown ones are passed over.
    void setValues(const ParamValues& values);
    std::vector<std::string> changedKeys() const;
    void reset(const std::string& key);
    void resetAll();

    /// Findings from outside the schema (the model's sizes, the machine); shown after those of
    /// validate().
    void setIssues(std::vector<ParamIssue> issues);
    /// All findings for the values as they are now, whether shown yet or not.
    std::vector<ParamIssue> issues() const;

    /// Disabled, with the reason in place of the help; an empty reason frees it.
    void setFixed(const std::string& key, const QString& reason);
    /// Unfolds what hides the field, scrolls to it and gives it the focus.
    void focusKey(const std::string& key);

Q_SIGNALS:
    void valuesChanged();
    void issuesChanged();

private:
    struct Group;

    void clear();
    Group& groupFor(const ParamSpec& spec);
    void addRow(const ParamSpec& spec);
    void alignLabels();
    void showIssues();
    ParamRow* row(const std::string& key) const;

    ParamSchema m_schema;
    std::vector<ParamIssue> m_outside;
    std::vector<ParamIssue> m_shown;
    std::vector<std::unique_ptr<Group>> m_groups;
    std::vector<ParamRow*> m_rows;
    QVBoxLayout* m_layout;
    QTimer m_validation;
    FileChooser m_chooseFile;
};

} // namespace espalier
