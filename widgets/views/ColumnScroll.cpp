// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/ColumnScroll.h"

#include <QEvent>
#include <QResizeEvent>
#include <QScrollBar>

namespace espalier {

namespace {

constexpr int kLeastHeight = 80;

} // namespace

ColumnScroll::ColumnScroll(QWidget* parent)
    : QScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

QSize ColumnScroll::minimumSizeHint() const
{
    const int content = widget() == nullptr ? 0 : widget()->minimumSizeHint().width();
    return {content + verticalScrollBar()->sizeHint().width(), kLeastHeight};
}

QSize ColumnScroll::sizeHint() const
{
    if (widget() == nullptr) {
        return QScrollArea::sizeHint();
    }
    const QSize content = widget()->sizeHint();
    const bool isFlow = widget()->hasHeightForWidth() && viewport()->width() > 0;
    return {content.width() + verticalScrollBar()->sizeHint().width(),
            isFlow ? widget()->heightForWidth(viewport()->width()) : content.height()};
}

bool ColumnScroll::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == widget() && event->type() == QEvent::LayoutRequest) {
        updateGeometry();
    }
    return QScrollArea::eventFilter(watched, event);
}

void ColumnScroll::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    if (event->oldSize().width() != event->size().width()) {
        updateGeometry(); // lines that wrap need another height
    }
}

} // namespace espalier
