// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/RunNames.h"

#include "app/Text.h"
#include "core/analysis/NumberFormat.h"
#include "core/base/FolderPath.h"
#include "core/method/MethodCatalog.h"

#include <QCoreApplication>

#include <cmath>

namespace espalier {

namespace {

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
    const ParamSchema schema = method->params();
    const ParamValues values = completed(spec.params, schema);
    const auto textOf = [&](const char* key) {
        const auto found = values.find(key);
        return found == values.end() ? QString() : fromUtf8(toText(found->second));
    };
    QString variant;
    const QString pattern = textOf("pattern");
    if (!pattern.isEmpty() && pattern != QStringLiteral("unstructured")) {
        variant = pattern;
    } else if (const auto sparsity = values.find("sparsity");
               sparsity != values.end() && isNumber(sparsity->second)) {
        variant = percent(sparsity->second);
    } else if (const ParamSpec* blocks = findSpec(schema, "blocks");
               blocks != nullptr && !(values.at("blocks") == blocks->fallback)) {
        variant = QCoreApplication::translate("RunNames", "blocks %1").arg(textOf("blocks"));
    }
    // A title that says it already needs no second one.
    return fromUtf8(spec.title).contains(variant) ? QString() : variant;
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
    return fromUtf8(folderName(model));
}

std::string groupKeyOf(const RunSpec& spec)
{
    RunSpec same = spec;
    same.seed = 0;
    return fingerprint(same);
}

} // namespace espalier
