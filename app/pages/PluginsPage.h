// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"

#include <QWidget>

class QTableWidget;

namespace espalier {

/// Which methods are loaded, from where, and why was one refused.
class PluginsPage : public QWidget {
    Q_OBJECT

public:
    explicit PluginsPage(const Context& context, QWidget* parent = nullptr);

private:
    void fill();
    void copyCitation();

    Context m_context;
    QTableWidget* m_table;
};

} // namespace espalier
