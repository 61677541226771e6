// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/PlainDelegate.h"

#include <QPainter>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kPad = 6;
constexpr int kLeastHeight = 25;

} // namespace

void PlainDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    QStyleOptionViewItem plain = option;
    plain.state &= ~QStyle::State_HasFocus;
    if (option.state & QStyle::State_Selected) {
        painter->fillRect(option.rect, option.palette.highlight());
    }
    plain.rect.adjust(kPad, 0, -kPad, 0);
    QStyledItemDelegate::paint(painter, plain, index);
}

QSize PlainDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width() + 2 * kPad, std::max(kLeastHeight, option.fontMetrics.height() + 8)};
}

} // namespace espalier
