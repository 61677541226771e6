// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/MethodGalleryModel.h"

#include "widgets/form/ParamEditors.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>

namespace espalier {

namespace {

struct FamilyGroup {
    const char* title;
    std::array<const char*, 2> families;
};

constexpr std::array<FamilyGroup, 7> kGroups{{
    {QT_TRANSLATE_NOOP("MethodGallery", "Set weights to zero"), {"prune", "prune"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Remove parts"), {"shrink", "shrink"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Distil from a teacher"), {"distill", "distill"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Learn from teacher text"), {"instruct", "instruct"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Choose per token"), {"context", "context"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Quantise and recover"), {"quant", "recover"}},
    {QT_TRANSLATE_NOOP("MethodGallery", "Other"), {"", ""}},
}};

std::size_t groupOf(const QString& family)
{
    for (std::size_t i = 0; i + 1 < kGroups.size(); ++i) {
        if (family == QLatin1String(kGroups[i].families[0]) ||
            family == QLatin1String(kGroups[i].families[1])) {
            return i;
        }
    }
    return kGroups.size() - 1;
}

int needBits(const Needs& needs)
{
    int bits = needs.gradients ? MethodGalleryModel::Gradients : 0;
    bits |= needs.calibration == Need::Required ? MethodGalleryModel::Calibration : 0;
    bits |= needs.teacher == Need::Required ? MethodGalleryModel::Teacher : 0;
    return bits;
}

QString needWords(int bits)
{
    QStringList words;
    if (bits & MethodGalleryModel::Calibration) {
        words.append(MethodGalleryModel::tr("a calibration set"));
    }
    if (bits & MethodGalleryModel::Teacher) {
        words.append(MethodGalleryModel::tr("a teacher"));
    }
    if (bits & MethodGalleryModel::Gradients) {
        words.append(MethodGalleryModel::tr("gradients"));
    }
    return words.isEmpty()
               ? MethodGalleryModel::tr("Needs nothing but the model")
               : MethodGalleryModel::tr("Needs %1").arg(words.join(QStringLiteral(", ")));
}

bool matchesNeeds(const QString& word, int bits)
{
    static const QHash<QString, int> known{
        {QStringLiteral("calibration"), MethodGalleryModel::Calibration},
        {QStringLiteral("teacher"), MethodGalleryModel::Teacher},
        {QStringLiteral("gradients"), MethodGalleryModel::Gradients}};
    return word == QLatin1String("none") ? bits == 0 : (bits & known.value(word)) != 0;
}

/// Nothing when the term is not of this form.
std::optional<bool> matchesTime(const QString& term, double seconds)
{
    static const QRegularExpression form(QStringLiteral("^time([<>])(\\d+(?:\\.\\d+)?)(s|min|h)$"));
    const QRegularExpressionMatch match = form.match(term);
    if (!match.hasMatch()) {
        return {};
    }
    const QString unit = match.captured(3);
    const double factor = unit == QLatin1String("h") ? 3600 : unit == QLatin1String("min") ? 60 : 1;
    const double limit = match.captured(2).toDouble() * factor;
    return seconds >= 0 &&
           (match.captured(1) == QLatin1String("<") ? seconds < limit : seconds > limit);
}

} // namespace

QString familyOf(const std::string& methodId)
{
    return QString::fromStdString(methodId.substr(0, methodId.find('-')));
}

QString briefDuration(double seconds)
{
    if (seconds < 0) {
        return QStringLiteral("–");
    }
    const auto number = [](double value) {
        return QString::number(value, 'f', value < 9.95 ? 1 : 0);
    };
    if (seconds < 99.5) {
        return QCoreApplication::translate("Duration", "%1 s")
            .arg(QString::number(seconds, 'f', 0));
    }
    if (seconds < 59.5 * 60) {
        return QCoreApplication::translate("Duration", "%1 min").arg(number(seconds / 60));
    }
    return QCoreApplication::translate("Duration", "%1 h").arg(number(seconds / 3600));
}

QStandardItem* MethodGalleryModel::groupFor(const QString& family)
{
    const int place = static_cast<int>(groupOf(family));
    for (int row = 0; row < rowCount(); ++row) {
        const int there = item(row)->data(SecondsRole).toInt();
        if (there == place) {
            return item(row);
        }
        if (there > place) {
            insertRow(row, new QStandardItem);
            item(row)->setData(place, SecondsRole);
            return item(row);
        }
    }
    auto* group = new QStandardItem;
    group->setData(place, SecondsRole);
    appendRow(group);
    return group;
}

void MethodGalleryModel::setEntries(const QList<GalleryEntry>& entries)
{
    clear();
    setHorizontalHeaderLabels({tr("Method"), tr("Needs"), tr("Time here")});
    horizontalHeaderItem(TimeColumn)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    for (const GalleryEntry& entry : entries) {
        const QString family = familyOf(entry.info.id);
        QStandardItem* group = groupFor(family);
        const char* title = kGroups[groupOf(family)].title;
        group->setText(QCoreApplication::translate("MethodGallery", title));
        group->setFlags(Qt::ItemIsEnabled);

        auto* name = new QStandardItem(schemaText(entry.info.title));
        const int bits = needBits(entry.needs);
        name->setData(QString::fromStdString(entry.info.id), IdRole);
        name->setData(bits, NeedsRole);
        name->setData(family, FamilyRole);
        name->setData(entry.seconds, SecondsRole);
        name->setData(entry.unusable, UnusableRole);
        const QString summary = schemaText(entry.info.summary);
        name->setToolTip(entry.reason.isEmpty() ? summary : entry.reason);
        auto* needs = new QStandardItem;
        needs->setToolTip(needWords(bits));
        needs->setData(needWords(bits), Qt::AccessibleTextRole);
        auto* time = new QStandardItem(entry.unusable.isEmpty() ? briefDuration(entry.seconds)
                                                                : entry.unusable);
        time->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        time->setToolTip(entry.reason);
        group->appendRow({name, needs, time});
    }
}

QModelIndex MethodGalleryModel::indexOf(const QString& id) const
{
    const QModelIndexList found =
        match(index(0, 0), IdRole, id, 1, Qt::MatchExactly | Qt::MatchRecursive);
    return found.isEmpty() ? QModelIndex() : found.first();
}

MethodGalleryFilter::MethodGalleryFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true);
}

void MethodGalleryFilter::setQuery(const QString& query)
{
    m_terms = query.split(QRegularExpression(QStringLiteral("\\s+")), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool MethodGalleryFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    if (!parent.isValid()) {
        return m_terms.isEmpty(); // a group stands while one of its methods does
    }
    const QModelIndex method = sourceModel()->index(row, MethodGalleryModel::NameColumn, parent);
    const QString haystack = method.data().toString() + QLatin1Char(' ') +
                             method.data(MethodGalleryModel::IdRole).toString() + QLatin1Char(' ') +
                             method.data(Qt::ToolTipRole).toString();
    for (const QString& term : m_terms) {
        const double seconds = method.data(MethodGalleryModel::SecondsRole).toDouble();
        if (const std::optional<bool> inTime = matchesTime(term, seconds)) {
            if (!*inTime) {
                return false;
            }
        } else if (term.startsWith(QLatin1String("needs:"))) {
            if (!matchesNeeds(term.mid(6), method.data(MethodGalleryModel::NeedsRole).toInt())) {
                return false;
            }
        } else if (term.startsWith(QLatin1String("family:"))) {
            if (method.data(MethodGalleryModel::FamilyRole).toString() != term.mid(7)) {
                return false;
            }
        } else if (!haystack.contains(term, Qt::CaseInsensitive)) {
            return false;
        }
    }
    return true;
}

} // namespace espalier
