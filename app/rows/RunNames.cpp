// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/RunNames.h"

#include "app/Text.h"
#include "core/analysis/NumberFormat.h"
#include "core/method/MethodCatalog.h"

#include <QCoreApplication>

#include <cmath>

namespace espalier {

namespace {

constexpr std::size_t kMostWords = 3;

/// Parameters that say more than others, in the order they are told.
bool isSparsity(const ParamSpec& spec)
{
    return spec.key == "sparsity";
}

QString percent(const ParamValue& value)
{
    const double share = std::holds_alternative<double>(value)
                             ? std::get<double>(value)
                             : static_cast<double>(std::get<std::int64_t>(value));
    const double points = share * 100;
    return fromUtf8(percentText(share, std::abs(points - std::round(points)) < 1e-9 ? 0 : 1));
}

bool isNumber(const ParamValue& value)
{
    return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

} // namespace

QString nameOf(const RunSpec& spec, const MethodCatalog& methods)
{
    if (!spec.title.empty()) {
        return fromUtf8(spec.title);
    }
    if (spec.method == "none" || spec.method.empty()) {
        return QCoreApplication::translate("RunNames", "Dense model");
    }
    const Method* method = methods.find(spec.method);
    return fromUtf8(method != nullptr ? method->info().title : spec.method);
}

QString variantOf(const RunSpec& spec, const MethodCatalog& methods)
{
    const Method* method = methods.find(spec.method);
    if (method == nullptr) {
        return {};
    }
    QStringList words;
    const ParamSchema schema = method->params();
    const auto pattern = spec.params.find("pattern");
    const bool hasPattern = pattern != spec.params.end() &&
                            findSpec(schema, "pattern") != nullptr &&
                            toText(pattern->second) != "unstructured";
    for (const ParamSpec& parameter : schema) {
        const auto found = spec.params.find(parameter.key);
        const ParamValue& value = found == spec.params.end() ? parameter.fallback : found->second;
        if (isSparsity(parameter) && isNumber(value)) {
            if (!hasPattern) {
                words.append(percent(value));
            }
        } else if (parameter.key == "pattern" && hasPattern) {
            words.append(fromUtf8(toText(value)));
        } else if (found != spec.params.end() && !(value == parameter.fallback)) {
            words.append(
                fromUtf8(parameter.label.empty() ? parameter.key : parameter.label).toLower() +
                QLatin1Char(' ') + fromUtf8(toText(value)));
        }
    }
    if (static_cast<std::size_t>(words.size()) > kMostWords) {
        words = words.mid(0, kMostWords);
        words.last() += QStringLiteral(", …");
    }
    return words.join(QStringLiteral(", "));
}

QString fullNameOf(const RunRecord& run, const MethodCatalog& methods)
{
    QString name = fromUtf8(toText(run.id)) + QLatin1Char(' ') + nameOf(run.spec, methods);
    if (const QString variant = variantOf(run.spec, methods); !variant.isEmpty()) {
        name += QLatin1Char(' ') + variant;
    }
    return name;
}

QString modelNameOf(const std::string& model)
{
    if (const auto run = runReference(model)) {
        return QCoreApplication::translate("RunNames", "run %1").arg(fromUtf8(toText(*run)));
    }
    Path folder(model);
    if (folder.filename().empty()) {
        folder = folder.parent_path();
    }
    return fromPath(folder.filename());
}

std::string groupKeyOf(const RunSpec& spec)
{
    RunSpec same = spec;
    same.seed = 0;
    return fingerprint(same);
}

} // namespace espalier
