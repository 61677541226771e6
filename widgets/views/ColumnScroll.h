// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace espalier {

/// Scrolls up and down and never sideways: it is never narrower than what it holds, and wants the
/// height of what it holds.
class ColumnScroll : public QScrollArea {
    Q_OBJECT

public:
    explicit ColumnScroll(QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
};

} // namespace espalier
