// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/FieldRow.h"
#include "app/pages/SourceCombo.h"
#include "core/run/RunSpec.h"

class QCheckBox;

namespace espalier {

class NumberEdit;

/// Last group of the New run form: what happens after the method.
class ThenForm : public QWidget {
    Q_OBJECT

public:
    explicit ThenForm(const QString& demo, QWidget* parent = nullptr);

    /// Fills evaluations and exports.
    void apply(RunSpec& spec) const;
    std::vector<ParamIssue> showIssues(const std::vector<ParamIssue>& issues);
    bool focusField(const QString& key);

Q_SIGNALS:
    void changed();

private:
    FieldRow* addRow(const QString& label, QWidget* editor);
    QCheckBox* addCheck(const char* name, const QString& text, QWidget* box);
    void updateEnabled();

    QCheckBox* m_perplexity = nullptr;
    QCheckBox* m_divergence = nullptr;
    QCheckBox* m_speed = nullptr;
    QCheckBox* m_footprint = nullptr;
    QCheckBox* m_export = nullptr;
    DataCombo* m_data;
    NumberEdit* m_length = nullptr;
    FieldRow* m_evaluateRow = nullptr;
};

} // namespace espalier
