// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/RunQuestion.h"

#include <QKeyEvent>
#include <QPushButton>

namespace espalier {

RunQuestion::RunQuestion(QWidget* parent)
    : MessageBand(parent)
{
    setObjectName(QStringLiteral("runQuestion"));
    hide();
    connect(this, &MessageBand::actionTriggered, this, &RunQuestion::answer);
}

void RunQuestion::askToStop(qint64 run, const QString& name, const QString& kept)
{
    m_run = run;
    m_isStop = true;
    const QString rest = kept.isEmpty() ? tr("What was finished is kept.") : kept;
    setMessage(
        Tone::Warning,
        tr("<b>Stop run %1?</b> %2 It can be resumed later.").arg(name.toHtmlEscaped(), rest),
        {{QStringLiteral("keepRunning"), tr("Keep running")},
         {QStringLiteral("confirmStop"), tr("Stop")}});
    ask();
}

void RunQuestion::askToDelete(qint64 run, const QString& name)
{
    m_run = run;
    m_isStop = false;
    setMessage(
        Tone::Danger,
        tr("<b>Delete run %1?</b> Its numbers, its log and the model it exported are removed "
           "from the disk. This cannot be undone.")
            .arg(name.toHtmlEscaped()),
        {{QStringLiteral("keepRun"), tr("Keep run")},
         {QStringLiteral("confirmDelete"), tr("Delete")}});
    ask();
}

/// The keyboard stands on the answer that changes nothing.
void RunQuestion::ask()
{
    show();
    findChild<QPushButton*>(m_isStop ? QStringLiteral("keepRunning") : QStringLiteral("keepRun"))
        ->setFocus();
}

void RunQuestion::dismiss()
{
    m_run = 0;
    hide();
}

void RunQuestion::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        dismiss();
        return;
    }
    MessageBand::keyPressEvent(event);
}

void RunQuestion::answer(const QString& id)
{
    const qint64 run = m_run;
    dismiss();
    if (id == QStringLiteral("confirmStop")) {
        Q_EMIT stopConfirmed(run);
    } else if (id == QStringLiteral("confirmDelete")) {
        Q_EMIT deleteConfirmed(run);
    }
}

} // namespace espalier
