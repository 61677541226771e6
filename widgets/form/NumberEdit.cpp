// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/NumberEdit.h"

#include <QLineEdit>

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

constexpr std::array<double, 3> kRoundSteps{1, 2, 5};

/// The number nearest to `value` among ... 0.1 0.2 0.5 1 2 5 10 ..., as its place in that row.
int roundPlace(double value)
{
    const int decade = static_cast<int>(std::floor(std::log10(value) + 1e-9));
    const double head = value / std::pow(10.0, decade);
    return 3 * decade + (head < 1.5 ? 0 : head < 3.5 ? 1 : head < 7.5 ? 2 : 3);
}

double roundNumber(int place)
{
    const int decade = place >= 0 ? place / 3 : (place - 2) / 3;
    return kRoundSteps[static_cast<std::size_t>(place - 3 * decade)] * std::pow(10.0, decade);
}

/// A step for an axis from min to max: about twenty of them, or a tenth of the value where there is
/// no end.
double linearStep(const RealRange& range, double from)
{
    const double span = range.max - range.min;
    if (span < 1e100) {
        return roundNumber(roundPlace(span / 20));
    }
    return from == 0 ? 1.0 : roundNumber(roundPlace(std::abs(from) / 10));
}

std::optional<double> numberIn(const ParamValue& value)
{
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return static_cast<double>(*whole);
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return *real;
    }
    return {};
}

/// Steps of a decimal fraction leave 0.30000000000000004 behind; nine digits are enough to undo
/// that.
double tidy(double value)
{
    return QString::number(value, 'g', 9).toDouble();
}

} // namespace

NumberEdit::NumberEdit(ParamSpec spec, QWidget* parent)
    : QAbstractSpinBox(parent)
    , m_spec(std::move(spec))
{
    setKeyboardTracking(true);
    if (m_spec.optional) {
        lineEdit()->setPlaceholderText(tr("not set"));
    }
    connect(lineEdit(), &QLineEdit::textChanged, this, &NumberEdit::edited);
    connect(this, &QAbstractSpinBox::editingFinished, this, [this] {
        const ParamValue typed = value();
        if (numberIn(typed)) {
            setValue(typed);
        }
    });
}

ParamValue NumberEdit::value() const
{
    QString typed = lineEdit()->text().trimmed();
    if (typed.isEmpty() && m_spec.optional) {
        return {};
    }
    // A comma in a single number can only be the decimal comma.
    typed.replace(QLatin1Char(','), QLatin1Char('.'));
    typed.replace(QChar(0x2212), QLatin1Char('-'));
    return parseParam(typed.toStdString(), m_spec);
}

void NumberEdit::setValue(const ParamValue& value)
{
    const bool isAbsent = std::holds_alternative<std::monostate>(value);
    const QString shown = isAbsent ? QString() : QString::fromStdString(toText(value));
    if (shown != lineEdit()->text()) {
        lineEdit()->setText(shown);
        lineEdit()->setCursorPosition(0);
    }
}

double NumberEdit::stepped(double from, int steps) const
{
    if (const auto* whole = std::get_if<IntRange>(&m_spec.domain)) {
        const double unit = static_cast<double>(std::max<std::int64_t>(1, whole->multipleOf));
        const double below = std::floor(from / unit) * unit;
        const double start = steps < 0 && below < from ? below + unit : below;
        return std::clamp(start + steps * unit, static_cast<double>(whole->min),
                          static_cast<double>(whole->max));
    }
    const auto* found = std::get_if<RealRange>(&m_spec.domain);
    const RealRange range = found != nullptr ? *found : RealRange{};
    if (range.logarithmic && from > 0) {
        return std::clamp(roundNumber(roundPlace(from) + steps), range.min, range.max);
    }
    const double step = linearStep(range, from);
    return std::clamp(tidy(std::round(from / step + steps) * step), range.min, range.max);
}

void NumberEdit::stepBy(int steps)
{
    std::optional<double> from = numberIn(value());
    if (!from) {
        from = numberIn(m_spec.fallback).value_or(0.0);
    }
    const double next = stepped(*from, steps);
    if (std::holds_alternative<IntRange>(m_spec.domain)) {
        setValue(static_cast<std::int64_t>(std::llround(next)));
    } else {
        setValue(tidy(next));
    }
    selectAll();
}

QValidator::State NumberEdit::validate(QString&, int&) const
{
    return QValidator::Acceptable;
}

QAbstractSpinBox::StepEnabled NumberEdit::stepEnabled() const
{
    return isReadOnly() ? StepNone : StepUpEnabled | StepDownEnabled;
}

QSize NumberEdit::sizeHint() const
{
    QSize size = QAbstractSpinBox::sizeHint();
    size.setWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.0000001")) + 34);
    return size;
}

} // namespace espalier
