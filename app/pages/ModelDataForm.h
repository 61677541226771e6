// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/FieldRow.h"
#include "app/pages/SourceCombo.h"
#include "app/rows/ModelEntries.h"
#include "core/method/MethodInfo.h"
#include "core/run/RunSpec.h"

#include <QHash>

class QLineEdit;

namespace espalier {

class NumberEdit;

/// First group of the New run form: which model, from which teacher, on which data, how often.
class ModelDataForm : public QWidget {
    Q_OBJECT

public:
    explicit ModelDataForm(const QString& demo, QWidget* parent = nullptr);

    void setModels(const QList<ModelEntry>& models);
    /// Disables what the method does not need, and says so.
    void setNeeds(const Needs& needs);
    /// nullptr: none is chosen.
    const ModelEntry* model() const;
    void setModel(const QString& spec);

    /// Fills model, teacher, calibration, threads and batch.
    void apply(RunSpec& spec) const;
    /// Empty while the text is no list of seeds.
    std::vector<std::uint64_t> seeds() const;

    /// Shows findings about its own fields; returns those it has no field for.
    std::vector<ParamIssue> showIssues(const std::vector<ParamIssue>& issues);
    /// Puts the focus into a field by its key; false: not one of these.
    bool focusField(const QString& key);

    DataCombo& calibration() { return *m_calibration; }

Q_SIGNALS:
    void changed();
    void addModelRequested();

private:
    FieldRow* addRow(const QString& label, QWidget* editor);
    void updateHelp();

    QList<ModelEntry> m_models;
    Needs m_needs;
    SourceCombo* m_model;
    SourceCombo* m_teacher;
    DataCombo* m_calibration;
    NumberEdit* m_length;
    NumberEdit* m_samples;
    QLineEdit* m_seeds;
    NumberEdit* m_threads;
    NumberEdit* m_batch;
    QHash<QString, FieldRow*> m_rows;
};

/// "0, 1, 2" or "0..4"; empty for other text.
std::vector<std::uint64_t> parseSeeds(const QString& text);

/// `message` without its advice about options of the command line.
QString withoutOptions(const std::string& message);

} // namespace espalier
