// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"
#include "core/store/StoreReader.h"
#include "widgets/plots/LayerBoard.h"

#include <QList>
#include <QPointF>
#include <QString>

#include <map>

namespace espalier {

class MethodCatalog;

/// A line of a plot: the series it comes from and what it is called.
struct Curve {
    QString id;
    QString label;
    int slot = 0;
    std::vector<QPointF> points = {};
};

struct Fact {
    QString label;
    QString value;
    QString explanation = {}; // protocol, for the tooltip
};

/// Everything the live view shows about a run: the same while it works and years later.
struct LiveRun {
    RunRecord record = {};
    QString name;
    QString variant;
    LayerBoard board = {}; // empty for methods that go by steps
    int currentBlock = -1;
    QList<Curve> losses = {};
    QList<Curve> divergences = {};
    QList<Curve> errors = {};  // by block
    QList<Curve> blockKl = {}; // KL(dense || pruned up to a block), where it was asked for
    QList<Curve> seconds = {};
    std::map<std::string, double> stageSeconds = {};
    QList<Fact> facts = {};
    double perplexity = 0.0; // NaN: not evaluated
    double size = 0.0;
    QString timeLeft = {};
    std::vector<RunEvent> events = {};

    bool trains() const { return !losses.isEmpty(); }

    bool hasBoard() const { return board.blocks() > 0; }
};

/// No run under that number: a record without id.
LiveRun readLiveRun(const StoreReader& store, qint64 id, const MethodCatalog& methods);

/// Linears in the order of the forward pass, by the last parts of their names.
QStringList linearOrder(QStringList linears);

/// "blocks.3.self_attn.q_proj" taken apart; block -1 for other names.
struct LinearName {
    int block = -1;
    QString linear;
};

LinearName linearName(std::string_view name);

} // namespace espalier
