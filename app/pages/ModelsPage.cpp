// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ModelsPage.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/WelcomeView.h"
#include "app/settings/Settings.h"
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/tables/PlainDelegate.h"
#include "widgets/views/Icons.h"

#include <QDir>
#include <QFileDialog>
#include <QFrame>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

namespace espalier {

namespace {

enum Column {
    NameColumn,
    FamilyColumn,
    ParametersColumn,
    BlocksColumn,
    HiddenColumn,
    HeadsColumn,
    VocabularyColumn,
    TypeColumn,
    BytesColumn,
    FolderColumn,
    ColumnCount
};

constexpr const char* kFolderKind = "model";

bool isNumeric(int column)
{
    return column >= ParametersColumn && column <= BytesColumn && column != TypeColumn;
}

} // namespace

ModelsPage::ModelsPage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_stack(new QStackedWidget(this))
    , m_welcome(new WelcomeView(context, this))
    , m_choose([this](const QString& title, const QString& current) {
        return QFileDialog::getExistingDirectory(this, title, current);
    })
    , m_question([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [&workspace = m_context.workspace](const StoreReader& store) {
                return Answer{readModels(workspace.layout(), workspace.installation().demo),
                              !store.runs().empty()};
            },
            [this, done](const Answer& answer) {
                show(answer);
                done();
            });
    })
{
    setObjectName(QStringLiteral("models"));
    m_stack->addWidget(new QWidget(this)); // nothing is known yet
    m_stack->addWidget(m_welcome);
    m_stack->addWidget(makeList());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    connect(m_welcome, &WelcomeView::addModelRequested, this, &ModelsPage::addModel);
    const auto again = [this] { m_question.request(); };
    connect(&context.workspace, &Workspace::runsChanged, this, again);
    connect(&context.workspace, &Workspace::modelsChanged, this, again);
    m_question.request();
}

QWidget* ModelsPage::makeList()
{
    auto* list = new QWidget(this);
    auto* title = new QLabel(tr("Models"), list);
    setTextRole(title, TextRole::Heading);
    auto* add = new QPushButton(icon(Glyph::Plus), tr("Add model folder…"), list);
    add->setObjectName(QStringLiteral("addModel"));
    add->setEnabled(!m_context.workspace.isReadOnly());
    add->setToolTip(m_context.workspace.readOnlyReason());
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->addWidget(title);
    line->addStretch(1);
    line->addWidget(add);
    m_table = new QTableWidget(0, ColumnCount, list);
    m_table->setObjectName(QStringLiteral("modelTable"));
    m_table->setHorizontalHeaderLabels({tr("Name"), tr("Family"), tr("Parameters"), tr("Blocks"),
                                        tr("Hidden"), tr("Heads / KV"), tr("Vocabulary"),
                                        tr("Stored as"), tr("Bytes (MB)"), tr("Folder")});
    m_table->setItemDelegate(new PlainDelegate(m_table));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setHighlightSections(false);
    for (int column = 0; column < ColumnCount; ++column) {
        m_table->horizontalHeaderItem(column)->setTextAlignment(
            (isNumeric(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    const int widths[] = {200, 90, 110, 80, 80, 100, 110, 90, 100, 300};
    for (int column = 0; column < ColumnCount; ++column) {
        m_table->horizontalHeader()->resizeSection(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addWidget(m_table, 1);
    connect(add, &QPushButton::clicked, this, &ModelsPage::addModel);
    return list;
}

void ModelsPage::show(const Answer& answer)
{
    m_welcome->setModels(answer.models);
    m_table->setRowCount(static_cast<int>(answer.models.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const ModelEntry& model = answer.models.at(row);
        const ModelConfig& config = model.config;
        QStringList texts(ColumnCount);
        texts[NameColumn] = model.name;
        texts[FolderColumn] = fromPath(model.folder);
        if (model.isUsable()) {
            texts[FamilyColumn] = fromUtf8(config.family);
            texts[ParametersColumn] = parameterText(model.parameters);
            texts[BlocksColumn] = QString::number(config.layers);
            texts[HiddenColumn] = QString::number(config.hiddenSize);
            texts[HeadsColumn] =
                QStringLiteral("%1 / %2").arg(config.heads).arg(config.keyValueHeads);
            texts[VocabularyColumn] = fromUtf8(countText(config.vocabSize));
            texts[TypeColumn] = fromUtf8(nameOf(config.storedType));
            texts[BytesColumn] = fromUtf8(fixedText(static_cast<double>(model.bytes) / 1e6, 1));
        } else {
            texts[FolderColumn] = model.reason;
        }
        for (int column = 0; column < ColumnCount; ++column) {
            auto* item = new QTableWidgetItem(texts.at(column));
            item->setToolTip(texts.at(column));
            item->setTextAlignment((isNumeric(column) ? Qt::AlignRight : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
            m_table->setItem(row, column, item);
        }
        if (!model.isUsable()) {
            m_table->item(row, NameColumn)->setIcon(icon(Glyph::Error, &PlotTheme::danger));
        }
    }
    m_stack->setCurrentIndex(answer.hasRuns || m_context.workspace.isReadOnly() ? 2 : 1);
}

void ModelsPage::addModel()
{
    const QString kind = QString::fromLatin1(kFolderKind);
    const QString folder = m_choose(tr("Add model folder"), m_context.settings.folder(kind));
    if (folder.isEmpty()) {
        return;
    }
    m_context.settings.setFolder(kind, folder);
    m_context.workspace.addModel(
        {.name = toUtf8(QDir(folder).dirName()), .folder = toPath(folder)});
}

} // namespace espalier
