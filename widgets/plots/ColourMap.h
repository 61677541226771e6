// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QList>

namespace espalier {

/// A colour for every number from 0 to 1: monotone in luminance (balance: on each side of its
/// middle).
class ColourMap {
public:
    enum class Name {
        Trellis = 1,
        Ember,
        Balance
    }; // sparsity; error and KL divergence; differences

    ColourMap(Name name, bool isDark);

    /// Clamped to 0..1; NaN gives an invalid colour.
    QColor at(double share) const;

    const QList<QColor>& stops() const { return m_stops; }

private:
    QList<QColor> m_stops;
};

} // namespace espalier
