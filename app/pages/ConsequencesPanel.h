// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/MethodInfo.h"

#include <QWidget>

class QPlainTextEdit;
class QStackedWidget;

namespace espalier {

class HonestyPanel;
class SegmentedButtons;

/// Right of the New run form: what to expect here, and the run as recipe and as command.
class ConsequencesPanel : public QWidget {
    Q_OBJECT

public:
    explicit ConsequencesPanel(QWidget* parent = nullptr);

    void setExpectation(const Expectation& expectation);
    void setRecipe(const QString& recipe, const QString& command);

Q_SIGNALS:
    void copied(const QString& message);
    void saveRequested();

private:
    QPlainTextEdit* makeText(const char* name);
    void copy();

    HonestyPanel* m_honesty;
    SegmentedButtons* m_choice;
    QStackedWidget* m_texts;
    QPlainTextEdit* m_recipe;
    QPlainTextEdit* m_command;
};

} // namespace espalier
