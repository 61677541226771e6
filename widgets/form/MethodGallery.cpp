// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/MethodGallery.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include <array>

namespace espalier {

namespace {

constexpr int kNarrowCharacters = 40;
constexpr int kIconSide = 14;
constexpr int kIconSlot = 18;

struct NeedGlyph {
    int bit;
    Glyph glyph;
};

constexpr std::array<NeedGlyph, 3> kNeeds{{{MethodGalleryModel::Calibration, Glyph::Calibration},
                                           {MethodGalleryModel::Teacher, Glyph::Teacher},
                                           {MethodGalleryModel::Gradients, Glyph::Gradients}}};

/// Groups in bold on a band, three fixed slots for needs, an accent bar at the current method.
class GalleryDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.setHeight(std::max(22, option.fontMetrics.height() + 6));
        return size;
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        QStyleOptionViewItem shown = option;
        const PlotTheme& theme = PlotTheme::of(option.palette);
        const QModelIndex first = index.siblingAtColumn(MethodGalleryModel::NameColumn);
        const bool isGroup = !index.parent().isValid();
        const bool isUsable = first.data(MethodGalleryModel::UnusableRole).toString().isEmpty();
        shown.state &= ~QStyle::State_HasFocus;
        if (isGroup) {
            painter->fillRect(option.rect, theme.window);
            shown.font.setWeight(QFont::DemiBold);
        } else if (!isUsable) {
            shown.palette.setColor(QPalette::Text, theme.disabled);
            shown.palette.setColor(QPalette::HighlightedText, theme.textMuted);
        } else if (index.column() == MethodGalleryModel::TimeColumn) {
            shown.palette.setColor(QPalette::Text, theme.textMuted);
        } else if (option.state & QStyle::State_Selected) {
            shown.font.setWeight(QFont::DemiBold);
        }
        if (index.column() == MethodGalleryModel::TimeColumn) {
            shown.font.setPointSizeF(shown.font.pointSizeF() * 0.92);
            shown.rect.adjust(0, 0, -5, 0); // in line with the header's text
        }
        if (option.state & QStyle::State_Selected) {
            painter->fillRect(option.rect, theme.accentSoft);
        }
        QStyledItemDelegate::paint(painter, shown, index);
        if (!isGroup && index.column() == MethodGalleryModel::NeedsColumn) {
            paintNeeds(*painter, option, first, isUsable ? theme.textMuted : theme.disabled);
        }
    }

private:
    static void paintNeeds(QPainter& painter, const QStyleOptionViewItem& option,
                           const QModelIndex& method, const QColor& colour)
    {
        const int bits = method.data(MethodGalleryModel::NeedsRole).toInt();
        int x = option.rect.left() + 4;
        for (const NeedGlyph& need : kNeeds) {
            if (bits & need.bit) {
                paintGlyph(painter, need.glyph, colour,
                           QRectF(x, option.rect.center().y() - kIconSide / 2.0 + 0.5, kIconSide,
                                  kIconSide));
            }
            x += kIconSlot;
        }
    }
};

/// The tree with an accent bar at the left edge of the current method's row.
class GalleryTree : public QTreeView {
public:
    using QTreeView::QTreeView;

protected:
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                 const QModelIndex& index) const override
    {
        const PlotTheme& theme = PlotTheme::of(*this);
        if (!index.parent().isValid()) {
            painter->fillRect(option.rect, theme.window);
        }
        QTreeView::drawRow(painter, option, index);
        if (selectionModel()->isRowSelected(index.row(), index.parent())) {
            painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()),
                              theme.accent);
        }
    }
};

} // namespace

MethodGallery::MethodGallery(QWidget* parent)
    : QWidget(parent)
    , m_query(new QLineEdit(this))
    , m_tree(new GalleryTree(this))
    , m_empty(new QLabel(this))
    , m_legend(makeLegend())
{
    setObjectName(QStringLiteral("methodGallery"));
    m_model.setEntries({});
    m_filter.setSourceModel(&m_model);
    m_query->setObjectName(QStringLiteral("methodFilter"));
    m_query->setPlaceholderText(tr("Filter methods"));
    m_query->setAccessibleName(m_query->placeholderText());
    m_query->setToolTip(tr("Words, or needs:none, needs:teacher, family:shrink, time<5min"));
    m_query->setClearButtonEnabled(true);
    m_query->addAction(icon(Glyph::Search, &PlotTheme::textMuted), QLineEdit::LeadingPosition);
    m_tree->setObjectName(QStringLiteral("methodTree"));
    m_tree->setAccessibleName(tr("Methods"));
    m_tree->setModel(&m_filter);
    m_tree->setItemDelegate(new GalleryDelegate(m_tree));
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setIndentation(16);
    m_tree->setUniformRowHeights(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_empty->setObjectName(QStringLiteral("methodsEmpty"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    setRole(m_empty, "muted");

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(12, 8, 12, 8);
    top->addWidget(m_query);
    layout->addLayout(top);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_legend);
    setFocusProxy(m_query);
    spanGroups();

    connect(m_query, &QLineEdit::textChanged, this, &MethodGallery::applyFilter);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        if (const QString id = currentMethod(); !id.isEmpty()) {
            Q_EMIT currentMethodChanged(id);
        }
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { Q_EMIT selectionChanged(selectedMethods()); });
    connect(m_tree, &QTreeView::activated, this, [this] { Q_EMIT activated(currentMethod()); });
}

QWidget* MethodGallery::makeLegend()
{
    auto* legend = new QWidget(this);
    setRole(legend, "panel");
    auto* layout = new QHBoxLayout(legend);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->setSpacing(4);
    const QStringList words{tr("calibration"), tr("teacher"), tr("gradients")};
    for (std::size_t i = 0; i < kNeeds.size(); ++i) {
        layout->addWidget(new GlyphLabel(kNeeds[i].glyph, &PlotTheme::textMuted, legend));
        auto* word = new QLabel(words.at(static_cast<int>(i)), legend);
        setRole(word, "muted");
        setTextRole(word, TextRole::Caption);
        layout->addWidget(word);
        layout->addSpacing(6);
    }
    layout->addStretch(1);
    return legend;
}

void MethodGallery::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

/// Where there is little room the names count: what a method needs is said in the form too.
void MethodGallery::fitColumns()
{
    const bool isNarrow = width() < fontMetrics().averageCharWidth() * kNarrowCharacters;
    m_tree->setColumnHidden(MethodGalleryModel::NeedsColumn, isNarrow);
    m_legend->setVisible(!isNarrow);
}

void MethodGallery::setEntries(const QList<GalleryEntry>& entries)
{
    const QString kept = currentMethod();
    m_model.setEntries(entries);
    spanGroups();
    setCurrentMethod(kept);
}

void MethodGallery::spanGroups()
{
    for (int row = 0; row < m_filter.rowCount(); ++row) {
        m_tree->setFirstColumnSpanned(row, {}, true);
    }
    m_tree->expandAll();
    QHeaderView* header = m_tree->header();
    if (header->count() == MethodGalleryModel::ColumnCount) {
        header->setStretchLastSection(false);
        header->setSectionResizeMode(MethodGalleryModel::NameColumn, QHeaderView::Stretch);
        header->setSectionResizeMode(MethodGalleryModel::NeedsColumn, QHeaderView::Fixed);
        header->setSectionResizeMode(MethodGalleryModel::TimeColumn, QHeaderView::ResizeToContents);
        header->resizeSection(MethodGalleryModel::NeedsColumn, 3 * kIconSlot + 12);
        fitColumns();
    }
    const bool isEmpty = m_filter.rowCount() == 0;
    m_tree->setVisible(!isEmpty);
    m_empty->setVisible(isEmpty);
    m_empty->setText(m_query->text().isEmpty()
                         ? tr("No methods are loaded. The Plugins page says why.")
                         : tr("No method matches \"%1\".").arg(m_query->text()));
}

void MethodGallery::applyFilter()
{
    m_filter.setQuery(m_query->text());
    spanGroups();
}

QString MethodGallery::currentMethod() const
{
    const QModelIndex current =
        m_tree->currentIndex().siblingAtColumn(MethodGalleryModel::NameColumn);
    return current.data(MethodGalleryModel::IdRole).toString();
}

void MethodGallery::setCurrentMethod(const QString& id)
{
    const QModelIndex found = m_filter.mapFromSource(m_model.indexOf(id));
    if (found.isValid()) {
        m_tree->setCurrentIndex(found);
    }
}

QStringList MethodGallery::selectedMethods() const
{
    QStringList ids;
    for (const QModelIndex& index : m_tree->selectionModel()->selectedRows()) {
        const QString id = index.data(MethodGalleryModel::IdRole).toString();
        if (!id.isEmpty()) {
            ids.append(id);
        }
    }
    return ids;
}

} // namespace espalier
