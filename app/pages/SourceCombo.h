// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/form/ParamEditors.h"

#include <QComboBox>

namespace espalier {

/// A combo box whose last entry asks for something that is not in the list yet.
class SourceCombo : public QComboBox {
    Q_OBJECT

public:
    struct Entry {
        QString label;
        QString value;
        QString tip = {};
    };

    explicit SourceCombo(QWidget* parent = nullptr);

    /// Keeps the current value where it is still in the list. `other`: text of the last entry.
    void setEntries(const QList<Entry>& entries, const QString& other);
    QString value() const;
    /// Adds an entry for a value that is not in the list.
    void setValue(const QString& value);

Q_SIGNALS:
    void valueChanged(const QString& value);
    void otherRequested();

private:
    void choose(int index);

    QString m_value;
    bool m_hasOther = false;
};

/// Where text or tokens come from: the bundled ones, or a file.
class DataCombo : public SourceCombo {
    Q_OBJECT

public:
    /// `demo`: folder of the bundled data.
    explicit DataCombo(const QString& demo, QWidget* parent = nullptr);
    void setFileChooser(FileChooser choose);

private:
    void chooseFile();

    FileChooser m_choose;
};

} // namespace espalier
