// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/MethodInfo.h"

#include <QWidget>

class QVBoxLayout;

namespace espalier {

/// "What you will get here": at most five lines in a fixed order (speed, size, loads where,
/// quality, licence).
class HonestyPanel : public QWidget {
    Q_OBJECT

public:
    explicit HonestyPanel(QWidget* parent = nullptr);

    /// A missing speed line becomes "Unknown: not measured yet"; silence would read as a promise.
    void setExpectation(const Expectation& expectation);

private:
    void addLine(const ExpectationLine& line);

    QVBoxLayout* m_lines;
};

} // namespace espalier
