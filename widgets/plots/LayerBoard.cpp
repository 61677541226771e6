// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/LayerBoard.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr double kLeastSparsitySpan = 0.2;
constexpr LayerBoard::Range kNoErrors{1e-3, 1e-1};

} // namespace

CellState stateOf(const std::optional<double>& value)
{
    if (!value) {
        return CellState::NotDone;
    }
    return std::isfinite(*value) ? CellState::Done : CellState::NotANumber;
}

LayerBoard::LayerBoard(QStringList linears, int blocks)
    : m_linears(std::move(linears))
    , m_blocks(blocks)
    , m_cells(static_cast<std::size_t>(m_linears.size() * blocks))
    , m_seconds(static_cast<std::size_t>(blocks))
{
}

std::size_t LayerBoard::indexOf(LayerPlace place) const
{
    return static_cast<std::size_t>(place.linear * m_blocks + place.block);
}

const LayerCell& LayerBoard::cell(LayerPlace place) const
{
    return m_cells.at(indexOf(place));
}

void LayerBoard::set(LayerPlace place, const LayerCell& cell)
{
    m_cells.at(indexOf(place)) = cell;
}

std::optional<double> LayerBoard::blockSeconds(int block) const
{
    return m_seconds.at(static_cast<std::size_t>(block));
}

void LayerBoard::setBlockSeconds(int block, double seconds)
{
    m_seconds.at(static_cast<std::size_t>(block)) = seconds;
}

template <class Visit>
void LayerBoard::eachNumber(std::optional<double> LayerCell::*which, Visit visit) const
{
    for (int linear = 0; linear < m_linears.size(); ++linear) {
        for (int block = 0; block < m_blocks; ++block) {
            const std::optional<double>& value = cell({linear, block}).*which;
            if (stateOf(value) == CellState::Done) {
                visit(LayerPlace{linear, block}, *value);
            }
        }
    }
}

LayerBoard::Range LayerBoard::sparsityRange() const
{
    Range range{1.0, 0.0};
    eachNumber(&LayerCell::sparsity, [&](LayerPlace, double value) {
        range.low = std::min(range.low, std::floor(value * 20 + 1e-9) / 20);
        range.high = std::max(range.high, std::ceil(value * 20 - 1e-9) / 20);
    });
    if (range.low > range.high) {
        return {};
    }
    if (const double lack = kLeastSparsitySpan - (range.high - range.low); lack > 1e-9) {
        range.low = std::clamp(range.low - lack / 2, 0.0, 1.0 - kLeastSparsitySpan);
        range.high = range.low + kLeastSparsitySpan;
    }
    return range;
}

LayerBoard::Range LayerBoard::errorRange() const
{
    Range range{std::numeric_limits<double>::infinity(), 0.0};
    eachNumber(&LayerCell::error, [&](LayerPlace, double value) {
        if (value > 0) {
            range.low = std::min(range.low, std::pow(10.0, std::floor(std::log10(value) + 1e-9)));
            range.high = std::max(range.high, std::pow(10.0, std::ceil(std::log10(value) - 1e-9)));
        }
    });
    if (range.high == 0.0) {
        return kNoErrors;
    }
    return {range.low, std::max(range.high, range.low * 10)};
}

double LayerBoard::meanSparsity() const
{
    double sum = 0.0;
    int count = 0;
    eachNumber(&LayerCell::sparsity, [&](LayerPlace, double value) {
        sum += value;
        ++count;
    });
    return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

LayerPlace LayerBoard::worstError() const
{
    LayerPlace worst;
    double most = -1.0;
    eachNumber(&LayerCell::error, [&](LayerPlace place, double value) {
        if (value > most) {
            most = value;
            worst = place;
        }
    });
    return worst;
}

} // namespace espalier
