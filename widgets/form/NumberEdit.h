// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

#include <QAbstractSpinBox>

namespace espalier {

/// A spin box that reads a number as a person writes it (1e-4, 50 %, 0,5) and keeps what was typed
/// even when it is out of range: the form says what is wrong instead of changing it behind the
/// user's back.
class NumberEdit : public QAbstractSpinBox {
    Q_OBJECT

public:
    explicit NumberEdit(ParamSpec spec, QWidget* parent = nullptr);

    /// Text that is no number comes back as text; nothing at all as an absent value.
    ParamValue value() const;
    void setValue(const ParamValue& value);

    void stepBy(int steps) override;
    QValidator::State validate(QString& input, int& position) const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void edited();

protected:
    StepEnabled stepEnabled() const override;

private:
    double stepped(double from, int steps) const;

    ParamSpec m_spec;
};

} // namespace espalier
