// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/ColourMap.h"

#include "widgets/plots/PlotTheme.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

QList<QColor> stopsOf(ColourMap::Name name, bool isDark)
{
    using Rgb = QList<QRgb>;
    Rgb values;
    switch (name) {
    case ColourMap::Name::Trellis:
        values = isDark ? Rgb{0x1B292D, 0x1B3C43, 0x16505A, 0x186972, 0x18848B,
                              0x36A1A4, 0x50BFBE, 0x89DAD4, 0xBBF6ED}
                        : Rgb{0xEEF9FA, 0xBBE3E3, 0x87CCCC, 0x5DB2B4, 0x29979D,
                              0x037A84, 0x005F6C, 0x004453, 0x012B39};
        break;
    case ColourMap::Name::Ember:
        values = isDark ? Rgb{0x311E1E, 0x542524, 0x782A28, 0x9D3A2A, 0xC24D25,
                              0xDC7328, 0xF19B37, 0xF7C76F, 0xFEF0A9}
                        : Rgb{0xFCF9EA, 0xF7E7BB, 0xF6D389, 0xF1B25D, 0xEB8E34,
                              0xD76823, 0xC0401F, 0x922A24, 0x65171F};
        break;
    case ColourMap::Name::Balance:
        values = isDark ? Rgb{0x7FC5FF, 0x5099DD, 0x396CA0, 0x2E4661, 0x282C30,
                              0x623C27, 0xA15728, 0xDC8136, 0xFDBC6F}
                        : Rgb{0x0E4786, 0x3A79BA, 0x73AADD, 0xB2D5F1, 0xF0F4F7,
                              0xF1C9AA, 0xE19560, 0xBE5C23, 0x812F13};
        break;
    }
    QList<QColor> stops;
    for (const QRgb value : values) {
        stops.append(QColor(value));
    }
    return stops;
}

} // namespace

ColourMap::ColourMap(Name name, bool isDark)
    : m_stops(stopsOf(name, isDark))
{
}

QColor ColourMap::at(double share) const
{
    if (std::isnan(share)) {
        return {};
    }
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(m_stops.size() - 1);
    const auto below = std::min(static_cast<qsizetype>(place), m_stops.size() - 2);
    return blended(m_stops[below + 1], m_stops[below], place - static_cast<double>(below));
}

} // namespace espalier
