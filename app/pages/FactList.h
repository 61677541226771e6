// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"

#include <QWidget>

class QGridLayout;

namespace espalier {

/// Names and values under a heading, values right-aligned; how each was measured in its tooltip.
class FactList : public QWidget {
    Q_OBJECT

public:
    explicit FactList(QWidget* parent = nullptr);

    void setFacts(const QList<Fact>& facts);

private:
    QGridLayout* m_grid;
    QList<Fact> m_facts;
};

} // namespace espalier
