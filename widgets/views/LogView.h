// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/LogModel.h"

#include <QWidget>

class QListView;
class QPushButton;

namespace espalier {

class SegmentedButtons;

/// Events of a run: time, icon where it is not plain information, sentence. Follows the newest line
/// until somebody scrolls up, then waits and says how many lines have come.
class LogView : public QWidget {
    Q_OBJECT

public:
    explicit LogView(QWidget* parent = nullptr);

    void append(const std::vector<RunEvent>& events);
    void clear();

    bool isFollowing() const { return m_isFollowing; }

    void follow();

Q_SIGNALS:
    void eventActivated(const QString& text);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void updateCounts();
    void updateNewLines();

    LogModel m_model;
    LogFilter m_filter;
    SegmentedButtons* m_levels;
    QListView* m_list;
    QPushButton* m_newLines;
    int m_unseen = 0;
    bool m_isFollowing = true;
    bool m_isAppending = false;
};

} // namespace espalier
