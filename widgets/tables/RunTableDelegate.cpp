// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/RunTableDelegate.h"

#include "widgets/plots/PlotDrawing.h"
#include "widgets/tables/RunTableModel.h"

#include <QPainter>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kPad = 8;
constexpr int kSwatch = 30;
constexpr int kPartGap = 6;

struct NumberFonts {
    QFont value;
    QFont small;

    explicit NumberFonts(QFont base)
        : value(base)
        , small(std::move(base))
    {
        small.setPointSizeF(small.pointSizeF() * 0.85);
    }
};

/// Widths of the three parts of a numeric column, the widest over its rows; few rows are shown at a
/// time.
struct PartWidths {
    int deviation = 0;
    int delta = 0;
    int value = 0;

    PartWidths(const QModelIndex& cell, const NumberFonts& fonts)
    {
        QFont bold = fonts.value;
        bold.setWeight(QFont::DemiBold);
        const QFontMetrics values(bold);
        const QFontMetrics plain(fonts.value);
        const QFontMetrics small(fonts.small);
        const QAbstractItemModel& model = *cell.model();
        for (int row = 0; row < std::min(model.rowCount(), 200); ++row) {
            const QModelIndex each = model.index(row, cell.column());
            value = std::max(value, values.horizontalAdvance(
                                        each.data(RunTableModel::ValueTextRole).toString()));
            deviation = std::max(
                deviation,
                plain.horizontalAdvance(each.data(RunTableModel::DeviationTextRole).toString()));
            delta = std::max(
                delta, small.horizontalAdvance(each.data(RunTableModel::DeltaTextRole).toString()));
        }
    }

    int total() const
    {
        return value + (deviation > 0 ? deviation + kPartGap : 0) +
               (delta > 0 ? delta + kPartGap : 0) + 2 * kPad;
    }
};

void paintName(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
               const PlotTheme& theme)
{
    const SeriesStyle style = theme.series(index.data(RunTableModel::SlotRole).toInt());
    const QRect rect = option.rect;
    const int middle = rect.center().y();
    const int left = rect.left() + kPad;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(seriesPen(style, 1.8));
    painter.drawLine(QPointF(left, middle + 0.5), QPointF(left + kSwatch, middle + 0.5));
    paintMark(painter, style, QPointF(left + kSwatch / 2.0, middle + 0.5), 8);
    painter.setRenderHint(QPainter::Antialiasing, false);
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    const QString name = index.data(RunTableModel::ValueTextRole).toString();
    QRect text = rect.adjusted(kPad + kSwatch + 8, 0, -kPad, 0);
    painter.setFont(bold);
    painter.setPen(theme.text);
    const QFontMetrics metrics(bold);
    const QString shown = metrics.elidedText(name, Qt::ElideMiddle, text.width());
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft, shown);
    text.setLeft(text.left() + metrics.horizontalAdvance(shown) + 5);
    painter.setFont(option.font);
    painter.setPen(theme.textMuted);
    const QString variant = index.data(RunTableModel::VariantRole).toString();
    painter.drawText(
        text, Qt::AlignVCenter | Qt::AlignLeft,
        QFontMetrics(option.font).elidedText(variant, Qt::ElideMiddle, std::max(0, text.width())));
}

void paintNumber(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                 const PlotTheme& theme)
{
    const NumberFonts fonts(option.font);
    const PartWidths widths(index, fonts);
    QRect rect = option.rect.adjusted(kPad, 0, -kPad, 0);
    painter.setPen(theme.textMuted);
    if (widths.delta > 0) {
        painter.setFont(fonts.small);
        painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter,
                         index.data(RunTableModel::DeltaTextRole).toString());
        rect.setRight(rect.right() - widths.delta - kPartGap);
    }
    painter.setFont(fonts.value);
    if (widths.deviation > 0) {
        painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter,
                         index.data(RunTableModel::DeviationTextRole).toString());
        rect.setRight(rect.right() - widths.deviation - kPartGap);
    }
    QFont font = fonts.value;
    if (index.data(RunTableModel::BestRole).toBool()) {
        font.setWeight(QFont::DemiBold);
    }
    painter.setFont(font);
    const QString value = index.data(RunTableModel::ValueTextRole).toString();
    painter.setPen(value.size() == 1 && !value.at(0).isDigit() ? theme.textMuted : theme.text);
    painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, value);
}

/// State (icon and word) and count of seeds.
void paintPlain(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                const PlotTheme& theme)
{
    QRect rect = option.rect.adjusted(kPad, 0, -kPad, 0);
    const QIcon decoration = index.data(Qt::DecorationRole).value<QIcon>();
    if (!decoration.isNull()) {
        const int side = std::max(16, option.fontMetrics.height());
        decoration.paint(&painter, QRect(rect.left(), rect.center().y() - side / 2, side, side));
        rect.setLeft(rect.left() + side + 6);
    }
    painter.setFont(option.font);
    painter.setPen(theme.text);
    const bool isRight = index.data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight;
    painter.drawText(rect, (isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter,
                     index.data().toString());
}

} // namespace

QSize RunTableDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int height = std::max(25, option.fontMetrics.height() + 8);
    if (index.column() >= RunTableModel::FirstMetric) {
        return {PartWidths(index, NumberFonts(option.font)).total(), height};
    }
    if (index.column() == RunTableModel::NameColumn) {
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        return {QFontMetrics(bold).horizontalAdvance(
                    index.data(RunTableModel::ValueTextRole).toString()) +
                    kSwatch +
                    QFontMetrics(option.font)
                        .horizontalAdvance(index.data(RunTableModel::VariantRole).toString()) +
                    4 * kPad,
                height};
    }
    return {QStyledItemDelegate::sizeHint(option, index).width() + 2 * kPad, height};
}

void RunTableDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const
{
    const PlotTheme& theme = PlotTheme::of(option.palette);
    painter->save();
    if (option.state & QStyle::State_Selected) {
        painter->fillRect(option.rect, theme.accentSoft);
    } else if (index.data(RunTableModel::BaselineRole).toBool()) {
        painter->fillRect(option.rect, theme.surfaceAlt);
    }
    if (index.column() == RunTableModel::NameColumn) {
        paintName(*painter, option, index, theme);
    } else if (index.column() >= RunTableModel::FirstMetric) {
        paintNumber(*painter, option, index, theme);
    } else {
        paintPlain(*painter, option, index, theme);
    }
    if (option.state & QStyle::State_HasFocus && index.column() == RunTableModel::NameColumn) {
        painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()),
                          theme.accent);
    }
    painter->setPen(theme.grid);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    painter->restore();
}

RunTableHeader::RunTableHeader(QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setObjectName(QStringLiteral("runTableHeader"));
    setSectionsClickable(true);
    setSectionsMovable(true);
    setHighlightSections(false);
    setStretchLastSection(false);
}

QSize RunTableHeader::sizeHint() const
{
    const int small = QFontMetrics(textFont(TextRole::Caption)).height();
    return {QHeaderView::sizeHint().width(), std::max(34, fontMetrics().height() + small + 8)};
}

QSize RunTableHeader::sectionSizeFromContents(int section) const
{
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QString title = model()->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString();
    const QString protocol =
        model()->headerData(section, Qt::Horizontal, RunTableModel::ProtocolRole).toString();
    const int width =
        std::max(QFontMetrics(bold).horizontalAdvance(title),
                 QFontMetrics(textFont(TextRole::Caption)).horizontalAdvance(protocol));
    return {width + 2 * kPad + 4, sizeHint().height()};
}

void RunTableHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    const PlotTheme& theme = PlotTheme::of(*this);
    painter->save();
    painter->fillRect(rect, theme.window);
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    const Qt::Alignment side = alignment & Qt::AlignHorizontal_Mask;
    const QRect text = rect.adjusted(kPad, 3, -kPad, -4);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    const bool isSorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    painter->setPen(isSorted ? theme.accent : theme.text);
    painter->drawText(text, side | Qt::AlignTop,
                      model()->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString());
    painter->setFont(textFont(TextRole::Caption));
    painter->setPen(theme.textMuted);
    painter->drawText(
        text, side | Qt::AlignBottom,
        model()->headerData(section, Qt::Horizontal, RunTableModel::ProtocolRole).toString());
    painter->setPen(theme.line);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    if (isSorted) {
        painter->fillRect(rect.left(), rect.bottom() - 1, rect.width(), 2, theme.accent);
    }
    painter->restore();
}

} // namespace espalier
