// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QButtonGroup;
class QPushButton;

namespace espalier {

/// A row of joined buttons of which exactly one is down (or none, before anything was chosen).
class SegmentedButtons : public QWidget {
    Q_OBJECT

public:
    explicit SegmentedButtons(const QStringList& labels, QWidget* parent = nullptr);

    int current() const; // -1: none
    void setCurrent(int index);
    /// Same number of labels as before: counts ("Warnings 3") and languages change.
    void setLabel(int index, const QString& label);

    QPushButton* button(int index) const { return m_buttons.at(index); }

    int count() const { return static_cast<int>(m_buttons.size()); }

    void setInvalid(bool invalid);

Q_SIGNALS:
    void currentChanged(int index);

private:
    QButtonGroup* m_group = nullptr;
    QList<QPushButton*> m_buttons;
};

} // namespace espalier
