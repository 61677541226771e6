// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/StyleSheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QHash>
#include <QRegularExpression>
#include <QStyle>
#include <QStyleFactory>
#include <QVariant>

#include <algorithm>

/// A static library's resources are dropped by the linker unless asked for, outside of any
/// namespace.
static void initialiseStyleResource()
{
    Q_INIT_RESOURCE(style);
}

namespace espalier {

namespace {

constexpr double kBasePoints = 10.0;

// @name is replaced by the token of that name, @control by the height of a control's content.
constexpr const char* kButtons = R"(
QPushButton, QToolButton[role="outlined"] {
  background: @surface; color: @text; border: 1px solid @control; border-radius: 4px;
  padding: 0 12px; min-height: @controlHeight; outline: none; }
QPushButton:hover, QToolButton[role="outlined"]:hover { background: @sunken; }
QPushButton:pressed { background: @line; }
QPushButton:disabled { color: @disabled; border-color: @line; background: @window; }
QPushButton:focus { border: 2px solid @accent; padding: 0 11px; }
QPushButton[role="filled"] { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; }
QPushButton[role="filled"]:hover { background: @accentHover; border-color: @accentHover; }
QPushButton[role="filled"]:disabled { background: @window; color: @disabled; border-color: @line; }
QPushButton[role="filled"]:focus { border: 2px solid @text; }
QPushButton[role="small"] { min-height: @smallHeight; padding: 0 8px; }
QPushButton[role="small"]:focus { padding: 0 7px; }
QPushButton[role="link"], QToolButton[role="link"] {
  background: transparent; border: 1px solid transparent; color: @accent; padding: 0 2px;
  min-height: @smallHeight; text-decoration: underline; }
QPushButton[role="link"]:hover { color: @accentHover; background: transparent; }
QPushButton[role="link"]:focus { border: 1px solid @accent; }
QToolButton[role="flat"], QPushButton[role="flat"] {
  background: transparent; border: 1px solid transparent; border-radius: 4px; color: @text;
  min-height: @smallHeight; min-width: 22px; padding: 0 3px; }
QToolButton[role="flat"]:hover, QPushButton[role="flat"]:hover { background: @sunken; }
QToolButton[role="flat"]:focus, QPushButton[role="flat"]:focus { border: 1px solid @accent; }
QToolButton[role="flat"]:disabled { color: @disabled; }
QToolButton[role="rail"] {
  background: transparent; border: none; border-left: 3px solid transparent; color: @textMuted;
  padding: 6px 3px 6px 0; }
QToolButton[role="rail"]:hover { background: @line; }
QToolButton[role="rail"]:checked {
  background: @surface; border-left-color: @accent; color: @accent; font-weight: 600; }
QToolButton[role="rail"]:focus { border: 2px solid @accent; }
QPushButton[role="segment"] {
  border-radius: 0; border-left-width: 0; padding: 0 11px; color: @textMuted; }
QPushButton[role="segment"]:checked { background: @accentSoft; color: @text; font-weight: 600; }
QPushButton[role="segment"]:focus { border: 2px solid @accent; padding: 0 10px; }
QPushButton[role="segment"][place="first"], QPushButton[role="segment"][place="only"] {
  border-left-width: 1px; border-top-left-radius: 4px; border-bottom-left-radius: 4px; }
QPushButton[role="segment"][place="last"], QPushButton[role="segment"][place="only"] {
  border-top-right-radius: 4px; border-bottom-right-radius: 4px; }
QPushButton[role="segment"][invalid="true"] { border-color: @danger; }
)";

constexpr const char* kFields = R"(
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit[role="field"] {
  background: @surface; color: @text; border: 1px solid @control; border-radius: 4px;
  padding: 0 8px; min-height: @controlHeight; selection-background-color: @accent;
  selection-color: @onAccent; }
QAbstractSpinBox { padding: 0 20px 0 4px; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border: 2px solid @accent; padding-left: 7px; }
QAbstractSpinBox:focus { padding: 0 19px 0 3px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
  background: @window; color: @disabled; border-color: @line; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] {
  border: 2px solid @danger; }
QAbstractSpinBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 18px; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right; margin: 2px 2px 0 0; }
QAbstractSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right; margin: 0 2px 2px 0; }
QAbstractSpinBox::up-arrow { image: url(@style/up-@tone.svg); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url(@style/down-@tone.svg); width: 9px; height: 9px; }
QAbstractSpinBox::up-arrow:disabled { image: url(@style/up-off-@tone.svg); }
QAbstractSpinBox::down-arrow:disabled { image: url(@style/down-off-@tone.svg); }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; subcontrol-origin: border; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(@style/chevron-@tone.svg); width: 12px; height: 12px; }
QComboBox::down-arrow:disabled { image: url(@style/chevron-off-@tone.svg); }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @control; outline: none;
  selection-background-color: @accentSoft; selection-color: @text; }
QCheckBox { spacing: 7px; min-height: @controlHeight; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @control; border-radius: 3px; background: @surface; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@style/tick-@tone.svg); }
QCheckBox::indicator:disabled { border-color: @line; background: @window; }
QCheckBox::indicator:checked:disabled { image: url(@style/tick-off-@tone.svg); }
QCheckBox::indicator:focus { border: 2px solid @accent; width: 12px; height: 12px; }
QCheckBox::indicator:checked:focus { border: 2px solid @text; }
)";

constexpr const char* kViews = R"(
QAbstractItemView { background: @surface; alternate-background-color: @surfaceAlt; border: none; outline: none;
  selection-background-color: @accentSoft; selection-color: @text; }
QAbstractItemView:focus { border: none; }
QTreeView::branch { background: transparent; border-image: none; image: none; }
QTreeView::branch:has-children:closed { image: url(@style/closed-@tone.svg); }
QTreeView::branch:has-children:open { image: url(@style/chevron-@tone.svg); }
QHeaderView { background: @window; border: none; }
QHeaderView::section { background: @window; color: @textMuted; border: none; border-bottom: 1px solid @line;
  padding: 4px 8px; }
QTableView { gridline-color: @grid; }
QScrollArea, QScrollArea > QWidget > QWidget[role="page"] { background: @surface; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; margin: 0; }
QScrollBar:horizontal { height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QToolTip { background: @surfaceAlt; color: @text; border: 1px solid @control; padding: 4px 6px; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 24px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 4px 0; }
QMenuBar { background: @window; }
QMenuBar::item { padding: 4px 9px; background: transparent; }
QMenuBar::item:selected { background: @sunken; border-radius: 4px; }
QStatusBar { background: @window; color: @textMuted; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QToolBar { background: @window; border: none; border-bottom: 1px solid @line; spacing: 8px; padding: 0 8px; }
QToolBar[role="rail"] { background: @sunken; border: none; border-right: 1px solid @line; padding: 8px 0; spacing: 4px; }
QProgressBar { background: @line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QProgressBar[role="danger"]::chunk { background: @danger; }
QProgressBar[role="success"]::chunk { background: @success; }
)";

constexpr const char* kFrames = R"(
QLabel[role="muted"] { color: @textMuted; }
QLabel[role="muted"]:disabled { color: @disabled; }
QLabel[role="danger"] { color: @danger; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="success"] { color: @success; }
QLabel[role="info"] { color: @info; }
QFrame[role="rule"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="panel"], QWidget[role="panel"] { background: @surface; }
QFrame[role="card"] { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame[role="marker"] { background: @accent; border: none; }
QFrame[role="marker"][off="true"] { background: transparent; }
QFrame[role="dangerBand"] { background: @dangerSoft; border: none; }
QFrame[role="warningBand"] { background: @warningSoft; border: none; }
QFrame[role="infoBand"] { background: @infoSoft; border: none; }
QFrame[role="successBand"] { background: @successSoft; border: none; }
QFrame[role="dropArea"] { border: 1px dashed @control; border-radius: 6px; }
QLabel[role="chip"] { background: @infoSoft; color: @info; border-radius: 4px; padding: 2px 8px; }
QLabel[role="warningChip"] { background: @warningSoft; color: @warning; border-radius: 4px; padding: 2px 8px; }
QLabel[role="dangerChip"] { background: @dangerSoft; color: @danger; border-radius: 4px; padding: 2px 8px; }
QLabel[role="successChip"] { background: @successSoft; color: @success; border-radius: 4px; padding: 2px 8px; }
)";

QString pixels(int count)
{
    return QStringLiteral("%1px").arg(count);
}

void repolish(QWidget* widget)
{
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    widget->update();
}

} // namespace

void setRole(QWidget* widget, const char* role)
{
    widget->setProperty("role", QString::fromLatin1(role));
    repolish(widget);
}

void setInvalid(QWidget* field, bool invalid)
{
    if (field->property("invalid").toBool() != invalid) {
        field->setProperty("invalid", invalid);
        repolish(field);
    }
}

int controlHeight(const QFontMetrics& metrics)
{
    return std::max(28, metrics.height() + 11);
}

void applyTheme(QApplication& application, const PlotTheme& theme, double textScale)
{
    if (application.style()->name().compare(QStringLiteral("fusion"), Qt::CaseInsensitive) != 0) {
        application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    }
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    // Named, so that Chinese text gets simplified forms and a regular weight whatever the locale
    // falls back to.
    font.setFamilies(QStringList{QFontInfo(font).family()} +
                     QStringList{QStringLiteral("Noto Sans CJK SC"),
                                 QStringLiteral("Source Han Sans SC"),
                                 QStringLiteral("PingFang SC"), QStringLiteral("Microsoft YaHei")});
    font.setPointSizeF(kBasePoints * textScale);
    QApplication::setFont(font);
    QApplication::setPalette(theme.palette());
    application.setStyleSheet(styleSheet(theme, font));
    refreshTextRoles();
}

QString styleSheet(const PlotTheme& theme, const QFont& font)
{
    initialiseStyleResource();
    const QFontMetrics metrics(font);
    const QHash<QString, QString> words{
        {QStringLiteral("window"), theme.window.name()},
        {QStringLiteral("surface"), theme.surface.name()},
        {QStringLiteral("surfaceAlt"), theme.surfaceAlt.name()},
        {QStringLiteral("sunken"), theme.sunken.name()},
        {QStringLiteral("line"), theme.line.name()},
        {QStringLiteral("grid"), theme.grid.name()},
        {QStringLiteral("control"), theme.control.name()},
        {QStringLiteral("text"), theme.text.name()},
        {QStringLiteral("textMuted"), theme.textMuted.name()},
        {QStringLiteral("disabled"), theme.disabled.name()},
        {QStringLiteral("accent"), theme.accent.name()},
        {QStringLiteral("accentHover"), theme.accentHover.name()},
        {QStringLiteral("onAccent"), theme.onAccent.name()},
        {QStringLiteral("accentSoft"), theme.accentSoft.name()},
        {QStringLiteral("danger"), theme.danger.name()},
        {QStringLiteral("dangerSoft"), theme.dangerSoft.name()},
        {QStringLiteral("warning"), theme.warning.name()},
        {QStringLiteral("warningSoft"), theme.warningSoft.name()},
        {QStringLiteral("success"), theme.success.name()},
        {QStringLiteral("successSoft"), theme.successSoft.name()},
        {QStringLiteral("info"), theme.info.name()},
        {QStringLiteral("infoSoft"), theme.infoSoft.name()},
        {QStringLiteral("style"), QStringLiteral(":/espalier/style")},
        {QStringLiteral("tone"), theme.isDark ? QStringLiteral("dark") : QStringLiteral("light")},
        {QStringLiteral("controlHeight"), pixels(controlHeight(metrics) - 2)},
        {QStringLiteral("smallHeight"), pixels(std::max(22, metrics.height() + 5))},
    };
    static const QRegularExpression token(QStringLiteral("@([A-Za-z]+)"));
    const QString pattern = QString::fromLatin1(kButtons) + QString::fromLatin1(kFields) +
                            QString::fromLatin1(kViews) + QString::fromLatin1(kFrames);
    QString sheet;
    qsizetype from = 0;
    for (auto matches = token.globalMatch(pattern); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        Q_ASSERT(words.contains(match.captured(1)));
        sheet += pattern.mid(from, match.capturedStart() - from) + words.value(match.captured(1));
        from = match.capturedEnd();
    }
    return sheet + pattern.mid(from);
}

} // namespace espalier
