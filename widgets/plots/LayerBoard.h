// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <optional>
#include <vector>

namespace espalier {

/// One linear of one block. Nothing: not done. NaN: done, but no number came out.
struct LayerCell {
    std::optional<double> sparsity = {};
    std::optional<double> error = {}; // relative output error, 0.06 = 6 %
};

enum class CellState { NotDone = 1, Done, NotANumber };

CellState stateOf(const std::optional<double>& value);

/// Place of a linear on the board.
struct LayerPlace {
    int linear = -1;
    int block = -1;

    bool isValid() const { return linear >= 0 && block >= 0; }

    bool operator==(const LayerPlace&) const = default;
};

/// The numbers of a LayerHeatmap.
class LayerBoard {
public:
    LayerBoard() = default;
    LayerBoard(QStringList linears, int blocks);

    const QStringList& linears() const { return m_linears; }

    int blocks() const { return m_blocks; }

    const LayerCell& cell(LayerPlace place) const;
    void set(LayerPlace place, const LayerCell& cell);
    std::optional<double> blockSeconds(int block) const;
    void setBlockSeconds(int block, double seconds);

    struct Range {
        double low = 0.0;
        double high = 1.0;
        bool operator==(const Range&) const = default;
    };

    /// Of the sparsities so far, rounded out to twentieths and at least 0.2 wide.
    Range sparsityRange() const;
    /// Of the errors so far, rounded out to powers of ten.
    Range errorRange() const;
    /// Mean over all cells that have one; NaN without any.
    double meanSparsity() const;
    LayerPlace worstError() const;

private:
    std::size_t indexOf(LayerPlace place) const;
    template <class Visit>
    void eachNumber(std::optional<double> LayerCell::*which, Visit visit) const;

    QStringList m_linears;
    int m_blocks = 0;
    std::vector<LayerCell> m_cells;
    std::vector<std::optional<double>> m_seconds;
};

} // namespace espalier
