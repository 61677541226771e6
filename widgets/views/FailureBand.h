// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "widgets/views/MessageBand.h"

namespace espalier {

/// Why a run ended, what was going on, and what can be done. "Copy details" is always there.
class FailureBand : public MessageBand {
    Q_OBJECT

public:
    explicit FailureBand(QWidget* parent = nullptr);

    void setFailure(const Failure& failure, const QList<Action>& actions);
    /// What "Copy details" puts on the clipboard.
    QString details() const;

private:
    Failure m_failure;
};

} // namespace espalier
