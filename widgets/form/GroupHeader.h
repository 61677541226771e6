// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace espalier {

/// A section's name, a thin rule, and where parameters are folded away the button that shows them.
class GroupHeader : public QWidget {
    Q_OBJECT

public:
    explicit GroupHeader(const QString& title, QWidget* parent = nullptr);

    /// 0 takes the button away.
    void setFolded(int count);
    bool isOpen() const;
    void setOpen(bool open);

Q_SIGNALS:
    void openChanged(bool open);

private:
    void updateButton();

    int m_folded = 0;
    QToolButton* m_button;
};

} // namespace espalier
