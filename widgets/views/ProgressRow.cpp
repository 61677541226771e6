// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/ProgressRow.h"

#include "core/analysis/NumberFormat.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ElidedLabel.h"
#include "widgets/views/GlyphLabel.h"
#include "widgets/views/RunState.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kBarSteps = 1000;

QToolButton* makeButton(const char* name, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(QString::fromLatin1(name));
    setRole(button, "flat");
    return button;
}

} // namespace

ProgressRow::ProgressRow(QWidget* parent)
    : QWidget(parent)
    , m_glyph(new GlyphLabel(Glyph::Clock, &PlotTheme::textMuted, this))
    , m_title(new ElidedLabel(this))
    , m_stage(new ElidedLabel(this))
    , m_bar(new QProgressBar(this))
    , m_percent(new QLabel(this))
    , m_left(new ElidedLabel(this))
    , m_pause(makeButton("pause", this))
    , m_stop(makeButton("stop", this))
{
    setObjectName(QStringLiteral("progressRow"));
    m_title->setObjectName(QStringLiteral("title"));
    m_stage->setObjectName(QStringLiteral("stage"));
    m_bar->setObjectName(QStringLiteral("bar"));
    m_percent->setObjectName(QStringLiteral("percent"));
    m_left->setObjectName(QStringLiteral("left"));
    for (QLabel* label : {m_stage, m_left}) {
        setRole(label, "muted");
    }
    m_bar->setTextVisible(false);
    m_bar->setRange(0, kBarSteps);
    m_percent->setMinimumWidth(m_percent->fontMetrics().horizontalAdvance(QStringLiteral("100 %")) +
                               4);
    m_stop->setIcon(icon(Glyph::Stop));
    m_stop->setToolTip(tr("Stop run"));
    m_stop->setAccessibleName(m_stop->toolTip());

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 2, 8, 2);
    layout->setSpacing(10);
    layout->addWidget(m_glyph);
    layout->addWidget(m_title, 5);
    layout->addWidget(m_stage, 5);
    layout->addWidget(m_bar, 4, Qt::AlignVCenter);
    layout->addWidget(m_percent);
    layout->addWidget(m_left, 4);
    layout->addWidget(m_pause);
    layout->addWidget(m_stop);
    for (QWidget* part : std::initializer_list<QWidget*>{m_bar, m_percent, m_pause, m_stop}) {
        QSizePolicy policy = part->sizePolicy();
        policy.setRetainSizeWhenHidden(true); // rows of a list stay in line
        part->setSizePolicy(policy);
    }
    connect(m_stop, &QToolButton::clicked, this, &ProgressRow::stopRequested);
    connect(m_pause, &QToolButton::clicked, this, [this] {
        if (m_status == RunStatus::Running) {
            Q_EMIT pauseRequested();
        } else {
            Q_EMIT resumeRequested();
        }
    });
    setStatus(RunStatus::Waiting);
}

void ProgressRow::setTitle(const QString& title)
{
    m_title->setText(title);
    m_title->setToolTip(title);
    setAccessibleName(title);
}

void ProgressRow::setStatus(RunStatus status)
{
    m_status = status;
    m_isPausing = m_isPausing && status == RunStatus::Running;
    const RunStateLook look = lookOf(status);
    m_glyph->setGlyph(look.glyph, look.colour);
    m_glyph->setToolTip(look.word);
    setAccessibleDescription(look.word);
    const bool hasBar = status == RunStatus::Running || status == RunStatus::Paused;
    m_bar->setVisible(hasBar);
    m_percent->setVisible(hasBar);
    if (!hasBar) {
        m_stage->setText(look.word);
    }
    updateButtons();
}

void ProgressRow::setProgress(const RunProgress& progress)
{
    const double share =
        progress.total > 0
            ? std::clamp(static_cast<double>(progress.done) / static_cast<double>(progress.total),
                         0.0, 1.0)
            : 0.0;
    m_bar->setValue(static_cast<int>(share * kBarSteps));
    m_percent->setText(QString::fromStdString(percentText(share)));
    m_stage->setText(m_isPausing ? tr("Pausing after this step")
                                 : QString::fromStdString(progress.label));
}

void ProgressRow::setTimeLeft(const QString& text, const QString& reason)
{
    m_left->setText(text);
    m_left->setToolTip(reason);
}

void ProgressRow::setPausing(bool on)
{
    m_isPausing = on;
    if (on) {
        m_stage->setText(tr("Pausing after this step"));
    }
    updateButtons();
}

void ProgressRow::updateButtons()
{
    const bool canResume = m_status == RunStatus::Paused || m_status == RunStatus::Interrupted;
    m_pause->setIcon(icon(canResume ? Glyph::Play : Glyph::Pause));
    m_pause->setToolTip(canResume     ? tr("Resume run")
                        : m_isPausing ? tr("Pausing after this step")
                                      : tr("Pause run"));
    m_pause->setAccessibleName(m_pause->toolTip());
    m_pause->setVisible(canResume || m_status == RunStatus::Running);
    m_pause->setEnabled(!m_isPausing);
    m_stop->setVisible(!isFinal(m_status));
}

void ProgressRow::mouseDoubleClickEvent(QMouseEvent*)
{
    Q_EMIT activated();
}

} // namespace espalier
