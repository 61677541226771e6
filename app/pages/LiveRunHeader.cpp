// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/LiveRunHeader.h"

#include "app/Text.h"
#include "app/pages/RunQuestion.h"
#include "app/rows/RunNames.h"
#include "app/rows/Stages.h"
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ElidedLabel.h"
#include "widgets/views/FailureBand.h"
#include "widgets/views/RunState.h"
#include "widgets/views/StageRow.h"

#include <QDateTime>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace espalier {

namespace {

constexpr int kLeastSubtitle = 180;
constexpr int kChipRoom = 20; // padding of the style sheet, and some air

QPushButton* makeButton(const char* name, Glyph glyph, const QString& text, QWidget* parent)
{
    auto* button = new QPushButton(icon(glyph), text, parent);
    button->setObjectName(QString::fromLatin1(name));
    return button;
}

const char* chipRole(RunStatus status)
{
    switch (status) {
    case RunStatus::Succeeded:
        return "successChip";
    case RunStatus::Failed:
        return "dangerChip";
    case RunStatus::Paused:
    case RunStatus::Interrupted:
    case RunStatus::Cancelled:
        return "warningChip";
    default:
        return "chip";
    }
}

} // namespace

LiveRunHeader::LiveRunHeader(QWidget* parent)
    : QWidget(parent)
    , m_back(new QToolButton(this))
    , m_title(new ElidedLabel(this))
    , m_chip(new QLabel(this))
    , m_subtitle(new ElidedLabel(this))
    , m_pause(makeButton("pauseRun", Glyph::Pause, tr("Pause"), this))
    , m_resume(makeButton("resumeRun", Glyph::Play, tr("Resume"), this))
    , m_stop(makeButton("stopRun", Glyph::Stop, tr("Stop…"), this))
    , m_delete(makeButton("deleteRun", Glyph::Delete, tr("Delete…"), this))
    , m_stages(new StageRow(this))
    , m_question(new RunQuestion(this))
    , m_outcome(new MessageBand(this))
    , m_failure(new FailureBand(this))
{
    m_title->setObjectName(QStringLiteral("runTitle"));
    m_title->setTextFormat(Qt::PlainText);
    setTextRole(m_title, TextRole::Heading);
    m_chip->setAlignment(Qt::AlignCenter);
    m_chip->setObjectName(QStringLiteral("runState"));
    m_subtitle->setObjectName(QStringLiteral("runSubtitle"));
    setRole(m_subtitle, "muted");
    m_outcome->setObjectName(QStringLiteral("outcome"));
    m_outcome->hide();
    m_failure->hide();
    m_back->setObjectName(QStringLiteral("allRuns"));
    m_back->setText(tr("‹ All runs"));
    m_back->setToolTip(tr("Back to the list of runs (Esc)"));
    setRole(m_back, "flat");
    m_back->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_subtitle->setMinimumWidth(kLeastSubtitle);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 10, 12, 0);
    line->setSpacing(10);
    line->addWidget(m_back);
    line->addWidget(m_title);
    line->addWidget(m_chip);
    line->addWidget(m_subtitle, 1);
    line->addWidget(m_pause);
    line->addWidget(m_resume);
    line->addWidget(m_stop);
    line->addWidget(m_delete);
    auto* stages = new QHBoxLayout;
    stages->setContentsMargins(12, 2, 12, 4);
    stages->addWidget(m_stages);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addLayout(stages);
    column->addWidget(m_question);
    column->addWidget(m_outcome);
    column->addWidget(m_failure);
    connect(m_back, &QToolButton::clicked, this, &LiveRunHeader::closeRequested);
    connectCommands();
}

void LiveRunHeader::connectCommands()
{
    // A run obeys at its next step: until then the button says that it was heard.
    connect(m_pause, &QPushButton::clicked, this, [this] {
        m_pause->setEnabled(false);
        m_pause->setText(tr("Pausing…"));
        Q_EMIT pauseRequested();
    });
    connect(m_resume, &QPushButton::clicked, this, &LiveRunHeader::resumeRequested);
    connect(m_stop, &QPushButton::clicked, this,
            [this] { m_question->askToStop(m_id, m_name, m_kept); });
    connect(m_delete, &QPushButton::clicked, this,
            [this] { m_question->askToDelete(m_id, m_name); });
    connect(m_question, &RunQuestion::stopConfirmed, this, [this] {
        m_stop->setEnabled(false);
        m_stop->setText(tr("Stopping…"));
        Q_EMIT stopRequested();
    });
    connect(m_question, &RunQuestion::deleteConfirmed, this, &LiveRunHeader::deleteRequested);
    connect(m_outcome, &MessageBand::actionTriggered, this, &LiveRunHeader::act);
    connect(m_failure, &MessageBand::actionTriggered, this, &LiveRunHeader::act);
}

void LiveRunHeader::act(const QString& id)
{
    if (id == QStringLiteral("resume")) {
        Q_EMIT resumeRequested();
    } else if (id == QStringLiteral("retry")) {
        Q_EMIT retryRequested();
    } else if (id == QStringLiteral("compare")) {
        Q_EMIT compareRequested();
    }
}

void LiveRunHeader::setRun(const LiveRun& run, bool isWritable)
{
    const RunRecord& record = run.record;
    if (m_id != numberOf(record.id)) {
        m_id = numberOf(record.id);
        m_question->dismiss();
        m_message.clear();
    }
    m_name = tr("%1 %2 %3").arg(fromUtf8(toText(record.id)), run.name, run.variant).trimmed();
    m_title->setText(tr("Run %1").arg(m_name));
    // A style sheet's own least width is narrower: a long title gives way, not the way back.
    m_back->setMinimumWidth(m_back->sizeHint().width());
    m_chip->setText(lookOf(record.status).word);
    setRole(m_chip, chipRole(record.status));
    m_chip->setMinimumWidth(m_chip->fontMetrics().horizontalAdvance(m_chip->text()) + kChipRoom);
    QStringList words{modelNameOf(record.spec.model), tr("seed %1").arg(record.spec.seed)};
    if (record.startedMs > 0) {
        const QDateTime start = QDateTime::fromMSecsSinceEpoch(record.startedMs);
        words.append(tr("started %1").arg(QLocale().toString(start.time(), QLocale::ShortFormat)));
        if (record.endedMs > 0) {
            words.append(tr("took %1").arg(fromUtf8(
                durationText(static_cast<double>(record.endedMs - record.startedMs) / 1000.0))));
        }
    }
    m_subtitle->setText(words.join(QStringLiteral(", ")));
    showButtons(run, isWritable);
    showStages(run);
    showBands(run, isWritable);
}

void LiveRunHeader::showButtons(const LiveRun& run, bool isWritable)
{
    const RunStatus status = run.record.status;
    m_pause->setVisible(isWritable && status == RunStatus::Running);
    m_stop->setVisible(isWritable && !isFinal(status));
    m_resume->setVisible(isWritable &&
                         (status == RunStatus::Paused || status == RunStatus::Interrupted));
    m_delete->setVisible(isWritable && isFinal(status));
    m_kept =
        run.currentBlock > 0 ? tr("Blocks 0 to %1 are kept.").arg(run.currentBlock - 1) : QString();
    if (m_question->run() != 0 && m_question->isAboutStopping() == isFinal(status)) {
        m_question->dismiss(); // it ended, or goes on, by itself
    }
    if (status != m_status) {
        m_status = status;
        m_pause->setEnabled(true);
        m_pause->setText(tr("Pause"));
        m_stop->setEnabled(true);
        m_stop->setText(tr("Stop…"));
    }
}

void LiveRunHeader::showStages(const LiveRun& run)
{
    m_stages->setStages(stagesOf(run));
    m_stages->setTimeLeft(run.timeLeft, run.timeLeft.isEmpty() ? QString() : tr("in this stage"),
                          tr("From the time of the steps done so far."));
}

void LiveRunHeader::showBands(const LiveRun& run, bool isWritable)
{
    const RunRecord& record = run.record;
    const bool hasFailed = record.status == RunStatus::Failed && record.failure;
    m_failure->setVisible(hasFailed);
    if (hasFailed && m_message != fromUtf8(record.failure->message)) {
        m_message = fromUtf8(record.failure->message);
        QList<MessageBand::Action> actions;
        if (isWritable) {
            actions = {{QStringLiteral("resume"), tr("Resume")},
                       {QStringLiteral("retry"), tr("Retry")}};
        }
        m_failure->setFailure(*record.failure, actions);
    }
    showOutcome(run, isWritable);
}

void LiveRunHeader::showOutcome(const LiveRun& run, bool isWritable)
{
    const RunStatus status = run.record.status;
    QString text;
    MessageBand::Tone tone = MessageBand::Tone::Success;
    QList<MessageBand::Action> actions{{QStringLiteral("compare"), tr("Compare")}};
    if (status == RunStatus::Succeeded && !std::isnan(run.perplexity)) {
        text = tr("<b>Perplexity %1.</b>").arg(fromUtf8(perplexityText(run.perplexity)));
        if (!std::isnan(run.size)) {
            const QString size = fromUtf8(megabyteText(run.size));
            text += run.board.meanSparsity() > 0
                        ? tr(" %1 on disk; zeros alone make no smaller file.").arg(size)
                        : tr(" %1 on disk.").arg(size);
        }
    } else if (status == RunStatus::Cancelled) {
        tone = MessageBand::Tone::Warning;
        text = tr("<b>Stopped.</b> What was finished is kept.");
        actions.clear();
        if (isWritable) {
            actions = {{QStringLiteral("resume"), tr("Resume")},
                       {QStringLiteral("retry"), tr("Start over")}};
        }
    }
    m_outcome->setVisible(!text.isEmpty());
    if (text != m_outcomeText) {
        m_outcomeText = text;
        m_outcome->setMessage(tone, text, actions);
    }
}

} // namespace espalier
