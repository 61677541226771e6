// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/FailureBand.h"

#include <QClipboard>
#include <QGuiApplication>

namespace espalier {

namespace {

const QString kCopy = QStringLiteral("copyDetails");

} // namespace

FailureBand::FailureBand(QWidget* parent)
    : MessageBand(parent)
{
    setObjectName(QStringLiteral("failureBand"));
    connect(this, &MessageBand::actionTriggered, this, [this](const QString& id) {
        if (id == kCopy) {
            QGuiApplication::clipboard()->setText(details());
        }
    });
}

void FailureBand::setFailure(const Failure& failure, const QList<Action>& actions)
{
    m_failure = failure;
    const QString message = QString::fromStdString(failure.message).toHtmlEscaped();
    const QString during = QString::fromStdString(failure.during).toHtmlEscaped();
    const QString text = during.isEmpty() ? QStringLiteral("<b>%1</b>").arg(message)
                                          : tr("<b>Stopped while: %1.</b> %2").arg(during, message);
    setMessage(Tone::Danger, text, actions + QList<Action>{{kCopy, tr("Copy details")}});
}

QString FailureBand::details() const
{
    return QStringLiteral("%1 (%2)\n%3")
        .arg(QString::fromStdString(m_failure.message),
             QString::fromStdString(std::string(nameOf(m_failure.code))),
             QString::fromStdString(m_failure.during));
}

} // namespace espalier
