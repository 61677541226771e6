// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/PlotTheme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QVariant>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr const char* kRoleProperty = "espalierTextRole";

double linearised(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour)
{
    return 0.2126 * linearised(colour.redF()) + 0.7152 * linearised(colour.greenF()) +
           0.0722 * linearised(colour.blueF());
}

PlotTheme makeLight()
{
    PlotTheme theme;
    theme.window = QColor(0xF2F4F5);
    theme.surface = QColor(0xFFFFFF);
    theme.surfaceAlt = QColor(0xF7F8F9);
    theme.sunken = QColor(0xE6E9EB);
    theme.line = QColor(0xD3D8DC);
    theme.grid = QColor(0xE9ECEE);
    theme.control = QColor(0x7E8891);
    theme.text = QColor(0x1A2025);
    theme.textMuted = QColor(0x525D66);
    theme.disabled = QColor(0x8C959D);
    theme.accent = QColor(0x0A6670);
    theme.accentHover = QColor(0x084F57);
    theme.onAccent = QColor(0xFFFFFF);
    theme.accentSoft = QColor(0xD9ECEE);
    theme.danger = QColor(0xB3261E);
    theme.dangerSoft = QColor(0xFBE8E6);
    theme.warning = QColor(0x835300);
    theme.warningSoft = QColor(0xFFF1D1);
    theme.success = QColor(0x1D6A39);
    theme.successSoft = QColor(0xE2F2E7);
    theme.info = QColor(0x24569F);
    theme.infoSoft = QColor(0xE4EDF8);
    theme.seriesColours = {QColor(0x0F39AA), QColor(0xE55C00), QColor(0x339D8A), QColor(0xA766E4),
                           QColor(0x5F3903), QColor(0x006BA1), QColor(0x96295F)};
    theme.reference = QColor(0x3C454C);
    return theme;
}

PlotTheme makeDark()
{
    PlotTheme theme;
    theme.isDark = true;
    theme.window = QColor(0x1A1E21);
    theme.surface = QColor(0x212629);
    theme.surfaceAlt = QColor(0x272D31);
    theme.sunken = QColor(0x131618);
    theme.line = QColor(0x394147);
    theme.grid = QColor(0x2E353A);
    theme.control = QColor(0x78838C);
    theme.text = QColor(0xE7EAEC);
    theme.textMuted = QColor(0xA7B1B9);
    theme.disabled = QColor(0x6E7880);
    theme.accent = QColor(0x5AC4CE);
    theme.accentHover = QColor(0x7AD3DB);
    theme.onAccent = QColor(0x04262A);
    theme.accentSoft = QColor(0x154047);
    theme.danger = QColor(0xFF8A80);
    theme.dangerSoft = QColor(0x45211F);
    theme.warning = QColor(0xF2B84B);
    theme.warningSoft = QColor(0x40310F);
    theme.success = QColor(0x79CF96);
    theme.successSoft = QColor(0x1B3A26);
    theme.info = QColor(0x8DB8F2);
    theme.infoSoft = QColor(0x1E324D);
    theme.seriesColours = {QColor(0x179CFF), QColor(0xF97314), QColor(0x14F3C8), QColor(0xAB73A6),
                           QColor(0xFBD238), QColor(0x67CCFD), QColor(0xEA99B6)};
    theme.reference = QColor(0xC9D1D7);
    return theme;
}

double scaleOf(TextRole role)
{
    switch (role) {
    case TextRole::Caption:
        return 0.85;
    case TextRole::Section:
        return 0.92;
    case TextRole::Heading:
        return 1.23;
    case TextRole::Title:
        return 1.54;
    case TextRole::Body:
    case TextRole::Mono:
        break;
    }
    return 1.0;
}

} // namespace

const PlotTheme& PlotTheme::light()
{
    static const PlotTheme theme = makeLight();
    return theme;
}

const PlotTheme& PlotTheme::dark()
{
    static const PlotTheme theme = makeDark();
    return theme;
}

const PlotTheme& PlotTheme::of(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? dark() : light();
}

const PlotTheme& PlotTheme::of(const QWidget& widget)
{
    return of(widget.palette());
}

QPalette PlotTheme::palette() const
{
    QPalette result(window);
    const auto set = [&](QPalette::ColorRole role, const QColor& active, const QColor& off) {
        result.setColor(QPalette::Active, role, active);
        result.setColor(QPalette::Inactive, role, active);
        result.setColor(QPalette::Disabled, role, off);
    };
    set(QPalette::Window, window, window);
    set(QPalette::WindowText, text, disabled);
    set(QPalette::Base, surface, window);
    set(QPalette::AlternateBase, surfaceAlt, surfaceAlt);
    set(QPalette::Text, text, disabled);
    set(QPalette::PlaceholderText, textMuted, disabled);
    set(QPalette::Button, surface, window);
    set(QPalette::ButtonText, text, disabled);
    set(QPalette::BrightText, onAccent, onAccent);
    set(QPalette::Highlight, accentSoft, sunken);
    set(QPalette::HighlightedText, text, disabled);
    set(QPalette::ToolTipBase, surfaceAlt, surfaceAlt);
    set(QPalette::ToolTipText, text, text);
    set(QPalette::Link, accent, disabled);
    set(QPalette::LinkVisited, accent, disabled);
    set(QPalette::Light, surface, surface);
    set(QPalette::Midlight, surfaceAlt, surfaceAlt);
    set(QPalette::Mid, line, line);
    set(QPalette::Dark, control, line);
    set(QPalette::Shadow, control, line);
    return result;
}

SeriesStyle PlotTheme::series(int slot) const
{
    if (slot < 0) {
        return {reference, Marker::Cross, {1, 3}};
    }
    static const std::array<Marker, kSeriesSlots> markers{
        Marker::Circle,       Marker::Square, Marker::TriangleUp, Marker::Diamond,
        Marker::TriangleDown, Marker::Plus,   Marker::Star};
    static const std::array<QList<qreal>, kSeriesSlots> dashes{
        QList<qreal>{}, {7, 3}, {2, 3}, {9, 3, 2, 3}, {5, 2, 1, 2, 1, 2}, {12, 4}, {4, 4}};
    const auto colour = static_cast<std::size_t>(slot % kSeriesSlots);
    const auto other = static_cast<std::size_t>((slot + slot / kSeriesSlots) % kSeriesSlots);
    return {seriesColours[colour], markers[other], dashes[other]};
}

QFont textFont(TextRole role)
{
    const QFont base = QApplication::font();
    QFont font =
        role == TextRole::Mono ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : base;
    font.setPointSizeF(base.pointSizeF() * scaleOf(role));
    if (role == TextRole::Section || role == TextRole::Heading || role == TextRole::Title) {
        font.setWeight(QFont::DemiBold);
    }
    // Chinese characters lose strokes below 12 px (9 pt at 96 dpi), and a caption may hold some.
    font.setPointSizeF(std::max(font.pointSizeF(), std::min(base.pointSizeF(), 8.5)));
    return font;
}

void setTextRole(QWidget* widget, TextRole role)
{
    widget->setProperty(kRoleProperty, static_cast<int>(role));
    widget->setFont(textFont(role));
}

void refreshTextRoles()
{
    for (QWidget* widget : QApplication::allWidgets()) {
        const QVariant role = widget->property(kRoleProperty);
        if (role.isValid()) {
            widget->setFont(textFont(static_cast<TextRole>(role.toInt())));
        }
    }
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor inkOn(const QColor& background)
{
    const QColor black(Qt::black);
    const QColor white(Qt::white);
    return contrastRatio(black, background) >= contrastRatio(white, background) ? black : white;
}

QColor blended(const QColor& top, const QColor& bottom, double opacity)
{
    const auto mix = [&](int a, int b) {
        return static_cast<int>(std::lround(a * opacity + b * (1.0 - opacity)));
    };
    return {mix(top.red(), bottom.red()), mix(top.green(), bottom.green()),
            mix(top.blue(), bottom.blue())};
}

} // namespace espalier
