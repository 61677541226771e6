// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/WelcomeView.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QThread>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kColumnWidth = 784;
constexpr int kIconSide = 28;
constexpr std::int64_t kLength = 256;
constexpr std::int64_t kWindows = 16;

struct Start {
    const char* method;
    Glyph glyph;
    const char* title;
    const char* text;
};

constexpr Start kStarts[] = {
    {"prune-wanda", Glyph::Compare, QT_TRANSLATE_NOOP("WelcomeView", "Wanda, half of the weights"),
     QT_TRANSLATE_NOOP("WelcomeView",
                       "Removes weights by size and activation. You see the layer board fill block "
                       "by block, then perplexity and divergence. A few seconds.")},
    {"prune-sparsegpt", Glyph::Calibration,
     QT_TRANSLATE_NOOP("WelcomeView", "SparseGPT, half of the weights"),
     QT_TRANSLATE_NOOP("WelcomeView",
                       "The same budget, but the remaining weights make up for those removed. "
                       "Compare both. A few seconds.")},
    {"distill-logits", Glyph::Teacher,
     QT_TRANSLATE_NOOP("WelcomeView", "A student with three blocks of five"),
     QT_TRANSLATE_NOOP("WelcomeView",
                       "Learns from the whole model's logits for 200 steps. You see loss and "
                       "divergence fall. About a minute.")},
};

} // namespace

WelcomeView::WelcomeView(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_model(new QLabel(this))
{
    setObjectName(QStringLiteral("welcome"));
    auto* mark = new GlyphLabel(Glyph::Espalier, &PlotTheme::accent, this);
    mark->setFixedSize(40, 40);
    auto* title = new QLabel(tr("Make a language model smaller, and measure what it costs"), this);
    setTextRole(title, TextRole::Title);
    title->setWordWrap(true);
    setRole(m_model, "muted");
    m_model->setWordWrap(true);
    auto* heading = new QHBoxLayout;
    heading->setSpacing(12);
    heading->addWidget(mark);
    heading->addWidget(title, 1);
    auto* own = new QPushButton(icon(Glyph::Folder), tr("Add model folder…"), this);
    own->setObjectName(QStringLiteral("welcomeAddModel"));
    own->setEnabled(!context.workspace.isReadOnly());
    auto* ownText = new QLabel(tr("Your own model: a Hugging Face folder with config.json, "
                                  "safetensors and tokenizer.json."),
                               this);
    ownText->setWordWrap(true);
    setRole(ownText, "muted");
    auto* ownLine = new QHBoxLayout;
    ownLine->setSpacing(12);
    ownLine->addWidget(ownText, 1);
    ownLine->addWidget(own);

    auto* centre = new QWidget(this);
    centre->setMaximumWidth(kColumnWidth);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(12);
    column->addLayout(heading);
    column->addWidget(m_model);
    column->addWidget(makeStarts());
    column->addLayout(ownLine);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addStretch(1);
    auto* middle = new QHBoxLayout;
    middle->addStretch(1);
    middle->addWidget(centre, 100);
    middle->addStretch(1);
    rows->addLayout(middle);
    rows->addStretch(2);
    connect(own, &QPushButton::clicked, this, &WelcomeView::addModelRequested);
    setModels({});
}

QWidget* WelcomeView::makeStarts()
{
    auto* card = new QFrame(this);
    setRole(card, "card");
    auto* rows = new QVBoxLayout(card);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    for (int index = 0; index < static_cast<int>(std::size(kStarts)); ++index) {
        if (index > 0) {
            auto* rule = new QFrame(card);
            setRole(rule, "rule");
            rows->addWidget(rule);
        }
        rows->addWidget(makeStart(index));
    }
    return card;
}

QWidget* WelcomeView::makeStart(int index)
{
    const Start& start = kStarts[index];
    auto* row = new QWidget(this);
    auto* glyph = new GlyphLabel(start.glyph, &PlotTheme::accent, row);
    glyph->setFixedSize(kIconSide, kIconSide);
    auto* title = new QLabel(tr(start.title), row);
    setTextRole(title, TextRole::Section);
    auto* text = new QLabel(tr(start.text), row);
    text->setWordWrap(true);
    setRole(text, "muted");
    auto* run = new QPushButton(
        icon(Glyph::Play, index == 0 ? &PlotTheme::onAccent : &PlotTheme::text), tr("Run"), row);
    run->setObjectName(QStringLiteral("start%1").arg(index));
    run->setAccessibleName(tr("Run: %1").arg(title->text()));
    if (index == 0) {
        setRole(run, "filled");
    }
    m_runs.append(run);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(title);
    words->addWidget(text);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(16, 12, 16, 12);
    line->setSpacing(14);
    line->addWidget(glyph);
    line->addLayout(words, 1);
    line->addWidget(run);
    connect(run, &QPushButton::clicked, this,
            [this, index] { m_context.workspace.submit({this->start(index)}, {}); });
    return row;
}

void WelcomeView::setModels(const QList<ModelEntry>& models)
{
    const auto demo = std::find_if(models.begin(), models.end(), [](const ModelEntry& model) {
        return model.isBundled && model.isUsable();
    });
    m_demo = demo == models.end() ? ModelEntry{} : *demo;
    m_model->setText(m_demo.spec.empty()
                         ? tr("The bundled model is not there; add a model of your own.")
                         : tr("Three experiments on the bundled model %1: %2.")
                               .arg(m_demo.name, m_demo.summary()));
    for (int index = 0; index < m_runs.size(); ++index) {
        QString reason = m_context.workspace.readOnlyReason();
        if (m_demo.spec.empty()) {
            reason = tr("The bundled model is not there");
        } else if (m_context.workspace.methods().find(kStarts[index].method) == nullptr) {
            reason =
                tr("The method %1 is not loaded").arg(QString::fromLatin1(kStarts[index].method));
        }
        m_runs.at(index)->setEnabled(reason.isEmpty());
        m_runs.at(index)->setToolTip(reason);
    }
}

RunSpec WelcomeView::start(int index) const
{
    RunSpec spec;
    spec.method = kStarts[index].method;
    spec.model = m_demo.spec;
    spec.threads = std::max(1, QThread::idealThreadCount());
    const DataSpec stories{.source = "builtin:tinystories", .length = kLength, .windows = 0};
    const Path own = m_context.workspace.installation().demo / "stories-calibration.i32";
    spec.calibration = std::filesystem::exists(own)
                           ? DataSpec{"tokens:" + own.string(), kLength, kWindows}
                           : stories;
    spec.evaluations = {{.kind = "perplexity", .data = stories},
                        {.kind = "divergence", .data = stories},
                        {.kind = "footprint"}};
    spec.exports.emplace_back();
    if (spec.method == "distill-logits") {
        spec.teacher = m_demo.spec;
        spec.params = {
            {"blocks", "0,2,4"}, {"steps", 200}, {"learning-rate", 0.001}, {"evaluate-every", 25}};
    }
    return spec;
}

void WelcomeView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_runs.first()->setFocus();
}

} // namespace espalier
