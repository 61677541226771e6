// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/LiveRun.h"

#include "app/Text.h"
#include "app/rows/RunFacts.h"
#include "app/rows/RunList.h"
#include "app/rows/RunNames.h"
#include "core/analysis/Forecast.h"
#include "core/base/Error.h"
#include "core/model/ModelConfig.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr std::size_t kNewestEvents = 500;
constexpr std::array<const char*, 7> kKnownLinears{
    "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
    "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};

QString translated(const char* text)
{
    return QCoreApplication::translate("LiveRun", text);
}

/// Blocks of the model a run starts from; 0 when nobody can tell (its folder is gone).
int blocksOf(const StoreReader& store, const RunSpec& spec)
{
    Path folder = spec.model;
    if (const auto other = runReference(spec.model)) {
        const auto record = store.run(*other);
        return record ? blocksOf(store, record->spec) : 0;
    }
    std::error_code ignored;
    if (!std::filesystem::exists(folder / "config.json", ignored)) {
        return 0;
    }
    try {
        return static_cast<int>(readModelConfig(folder).layers);
    } catch (const Error&) {
        return 0; // the run itself says why it failed
    }
}

void fillBoard(LiveRun& live, const std::map<std::string, double>& values, int blocks)
{
    QStringList linears;
    for (const auto& [name, value] : values) {
        if (!name.starts_with("sparsity/")) {
            continue;
        }
        const LinearName place = linearName(std::string_view(name).substr(9));
        if (place.block >= 0 && !linears.contains(place.linear)) {
            linears.append(place.linear);
        }
        blocks = std::max(blocks, place.block + 1);
    }
    if (linears.isEmpty()) {
        return;
    }
    linears = linearOrder(linears);
    live.board = LayerBoard(linears, blocks);
    const auto valueOf = [&](const std::string& name) -> std::optional<double> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    for (int block = 0; block < blocks; ++block) {
        double total = 0;
        int done = 0;
        for (int linear = 0; linear < linears.size(); ++linear) {
            const std::string name =
                "blocks." + std::to_string(block) + "." + toUtf8(linears.at(linear));
            const LayerCell cell{.sparsity = valueOf("sparsity/" + name),
                                 .error = valueOf("error/" + name)};
            live.board.set({linear, block}, cell);
            done += cell.sparsity ? 1 : 0;
            total += valueOf("seconds/" + name).value_or(0);
        }
        const auto whole = valueOf("seconds/block." + std::to_string(block));
        if (whole || done == linears.size()) {
            live.board.setBlockSeconds(block, whole.value_or(total));
        } else if (live.currentBlock < 0 && live.record.status == RunStatus::Running) {
            live.currentBlock = block;
        }
    }
}

/// The cells of the linear that a failure names: crossed out on the board.
void crossFailure(LiveRun& live)
{
    if (!live.record.failure) {
        return;
    }
    for (int block = 0; block < live.board.blocks(); ++block) {
        for (int linear = 0; linear < live.board.linears().size(); ++linear) {
            const std::string name =
                "blocks." + std::to_string(block) + "." + toUtf8(live.board.linears().at(linear));
            if (live.record.failure->message.find(name) != std::string::npos) {
                live.board.set({linear, block}, {.sparsity = std::nan(""), .error = std::nan("")});
            }
        }
    }
}

void addBlockCurves(LiveRun& live, const std::map<std::string, double>& values)
{
    Curve worst{QStringLiteral("worst"), translated("worst linear"), 1, {}};
    Curve median{QStringLiteral("median"), translated("median"), 0, {}};
    Curve seconds{QStringLiteral("seconds"), translated("block"), 0, {}};
    Curve kl{QStringLiteral("kl"), translated("pruned so far"), 0, {}};
    for (int block = 0; block < live.board.blocks(); ++block) {
        std::vector<double> errors;
        for (int linear = 0; linear < live.board.linears().size(); ++linear) {
            const auto error = live.board.cell({linear, block}).error;
            if (error && std::isfinite(*error)) {
                errors.push_back(*error * 100);
            }
        }
        if (!errors.empty()) {
            std::sort(errors.begin(), errors.end());
            worst.points.emplace_back(block, errors.back());
            median.points.emplace_back(block, errors[errors.size() / 2]);
        }
        if (const auto time = live.board.blockSeconds(block)) {
            seconds.points.emplace_back(block, *time);
        }
        if (const auto found = values.find("kl/block." + std::to_string(block));
            found != values.end()) {
            kl.points.emplace_back(block, found->second);
        }
    }
    if (!worst.points.empty()) {
        live.errors = {worst, median};
    }
    if (!seconds.points.empty()) {
        live.seconds = {seconds};
    }
    if (!kl.points.empty()) {
        live.blockKl = {kl};
    }
}

std::vector<QPointF> pointsOf(const std::vector<MetricPoint>& series)
{
    std::vector<QPointF> points;
    points.reserve(series.size());
    for (const MetricPoint& point : series) {
        points.emplace_back(static_cast<double>(point.step), point.value);
    }
    return points;
}

/// train/... and held_out/... under one roof: "kl/mean" is drawn as "KL mean".
void addTraining(LiveRun& live, const StoreReader& store)
{
    const auto add = [&](QList<Curve>& into, const std::string& prefix, const QString& suffix) {
        for (const MetricSeries& series : store.seriesUnder(live.record.id, prefix)) {
            const QString label = fromUtf8(std::string_view(series.name).substr(prefix.size()))
                                      .replace(QLatin1Char('_'), QLatin1Char(' '));
            into.append({fromUtf8(series.name), label + suffix, static_cast<int>(into.size()),
                         pointsOf(series.points)});
        }
    };
    const QString heldOut = translated(", held out");
    add(live.losses, "train/loss/", {});
    add(live.losses, "held_out/loss/total", heldOut);
    add(live.divergences, "train/kl/", {});
    add(live.divergences, "held_out/kl/mean", heldOut);
    const auto isTail = [](const Curve& curve) {
        return curve.points.empty() || curve.id.endsWith(QStringLiteral("/maximum")) ||
               curve.id.endsWith(QStringLiteral("/p999"));
    };
    live.losses.removeIf([](const Curve& curve) { return curve.points.empty(); });
    live.divergences.removeIf(isTail);
    // One loss alone is the total: drawn once.
    const auto total = std::find_if(live.losses.begin(), live.losses.end(), [](const Curve& curve) {
        return curve.id == QStringLiteral("train/loss/total");
    });
    if (total != live.losses.end() &&
        std::any_of(live.losses.begin(), live.losses.end(), [&](const Curve& curve) {
            return curve.id != total->id && curve.points == total->points;
        })) {
        live.losses.erase(total);
    }
    for (QList<Curve>* list : {&live.losses, &live.divergences}) {
        for (qsizetype i = 0; i < list->size(); ++i) {
            (*list)[i].slot = static_cast<int>(i);
        }
    }
    for (Curve& curve : live.losses) {
        if (curve.id == QStringLiteral("held_out/loss/total")) {
            curve.label = translated("held out");
        }
    }
    for (Curve& curve : live.divergences) {
        if (curve.id == QStringLiteral("held_out/kl/mean")) {
            curve.label = translated("held out mean");
        }
    }
}

QString timeLeft(const LiveRun& live)
{
    if (live.record.status != RunStatus::Running || !live.record.progress) {
        return {};
    }
    const RunProgress& progress = *live.record.progress;
    std::vector<double> steps;
    for (int block = 0; block < live.board.blocks(); ++block) {
        if (const auto seconds = live.board.blockSeconds(block)) {
            steps.push_back(*seconds);
        }
    }
    if (progress.stage == "compress" && !steps.empty()) {
        const auto left = live.board.blocks() - static_cast<int>(steps.size());
        if (const auto range = espalier::timeLeft(steps, left)) {
            return fromUtf8(timeLeftText(*range));
        }
    }
    return timeLeftOf(progress);
}

} // namespace

LinearName linearName(std::string_view name)
{
    constexpr std::string_view prefix = "blocks.";
    LinearName result;
    if (!name.starts_with(prefix)) {
        return result;
    }
    name.remove_prefix(prefix.size());
    int block = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), block);
    const auto used = static_cast<std::size_t>(end - name.data());
    if (error == std::errc() && used < name.size() && name[used] == '.') {
        result.block = block;
        result.linear = fromUtf8(name.substr(used + 1));
    }
    return result;
}

QStringList linearOrder(QStringList linears)
{
    const auto rank = [](const QString& linear) {
        const auto found =
            std::find_if(kKnownLinears.begin(), kKnownLinears.end(),
                         [&](const char* known) { return linear == QLatin1String(known); });
        return found - kKnownLinears.begin();
    };
    std::sort(linears.begin(), linears.end(), [&](const QString& a, const QString& b) {
        return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
    });
    return linears;
}

LiveRun readLiveRun(const StoreReader& store, qint64 id, const MethodCatalog& methods)
{
    LiveRun live;
    const auto record = store.run(runOf(id));
    if (!record) {
        return live;
    }
    live.record = *record;
    live.name = nameOf(record->spec, methods);
    live.variant = variantOf(record->spec, methods);
    std::map<std::string, double> values;
    for (const LastValue& last : store.lastValues({record->id}, "")) {
        values[last.name] = last.value;
    }
    fillBoard(live, values, blocksOf(store, record->spec));
    addBlockCurves(live, values);
    crossFailure(live);
    addTraining(live, store);
    for (const auto& [name, value] : values) {
        if (name.starts_with("stage/") && name.ends_with("/seconds")) {
            live.stageSeconds[name.substr(6, name.size() - 14)] = value;
        }
    }
    live.facts = factsOf(values, live.record);
    live.perplexity = perplexityOf(values);
    const auto size = values.find("footprint/bytes");
    live.size = size == values.end() ? std::numeric_limits<double>::quiet_NaN() : size->second;
    live.timeLeft = timeLeft(live);
    live.events = store.events(record->id, kNewestEvents);
    return live;
}

} // namespace espalier
