// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/MethodHarness.h"

#include "core/checkpoint/Checkpoint.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <cstdlib>

namespace espalier::test {

void MemoryMonitor::metric(std::string_view name, const MetricPoint& point, std::string_view)
{
    series[std::string(name)].push_back(point);
}

void MemoryMonitor::progress(const RunProgress& progress)
{
    reports.push_back(progress);
}

void MemoryMonitor::event(EventLevel level, std::string_view text)
{
    events.push_back({.level = level, .text = std::string(text)});
}

bool MemoryMonitor::stopRequested() const
{
    return reports.size() >= stopAfter;
}

void MemoryMonitor::saveResumePoint(const Json& state)
{
    resumePoint = state;
    seriesAtResumePoint = series;
}

double MemoryMonitor::value(const std::string& name) const
{
    const auto found = series.find(name);
    VERIFY2(found != series.end(), "no series " + name);
    return found->second.back().value;
}

std::vector<std::string> MemoryMonitor::warnings() const
{
    std::vector<std::string> texts;
    for (const RunEvent& event : events) {
        if (event.level == EventLevel::Warning) {
            texts.push_back(event.text);
        }
    }
    return texts;
}

const Method& method(std::string_view id)
{
    const char* build = std::getenv("ESPALIER_TEST_BINARY_DIR");
    VERIFY2(build != nullptr, "ESPALIER_TEST_BINARY_DIR must name the build folder");
    static const MethodCatalog catalog({Path(build) / "lib/espalier/methods"});
    for (const PluginRecord& plugin : catalog.plugins()) {
        VERIFY2(plugin.id != id || plugin.reason.empty(), plugin.reason);
    }
    return catalog.require(id);
}

std::vector<ParamIssue> issuesOf(std::string_view id, const ParamValues& params,
                                 const ModelConfig* config)
{
    return method(id).issues(params, config);
}

void runMethod(const MethodRun& what, CausalLM& model, MemoryMonitor& monitor)
{
    const Method& chosen = method(what.id);
    for (const ParamIssue& issue : chosen.issues(what.params, &model.config())) {
        if (issue.blocks) {
            throw Error(ErrorCode::InvalidInput, issue.message);
        }
    }
    RunSpec spec{.method = what.id, .params = what.params};
    spec.batch = what.batch;
    spec.threads = 2;
    RunInputs inputs{.spec = &spec, .model = &model};
    inputs.calibration = what.calibration;
    inputs.folder = what.folder;
    inputs.resume = what.resume;
    RunContext run(inputs, monitor);
    chosen.run(run, completed(what.params, chosen.params()));
}

namespace {

/// A block that is nothing but somebody's linear.
class OneLinearBlock final : public Block {
public:
    explicit OneLinearBlock(Linear& layer)
        : m_layer(layer)
    {
    }

    Tensor forward(const Tensor& hidden, const BlockCall&) override
    {
        m_layer.forward(hidden);
        return hidden;
    }

    std::vector<Linear*> linears() override { return {&m_layer}; }

    std::vector<std::vector<Linear*>> inputGroups() override { return {{&m_layer}}; }

    std::vector<NamedTensor> tensors(std::int64_t) const override
    {
        return {{"layer.weight", m_layer.weight()}};
    }

    bool isLoaded() const override { return true; }

    void load(const WeightSource& source, std::int64_t, const at::TensorOptions&) override
    {
        m_layer.setWeight(source.read("layer.weight"));
    }

    void release() override { m_layer.release(); }

private:
    Linear& m_layer;
};

ModelConfig oneBlock()
{
    ModelConfig config;
    config.family = "one-linear";
    config.layers = 1;
    return config;
}

/// A model of one such block; a token is the number of a row of X.
class OneLinearModel final : public CausalLM {
public:
    OneLinearModel(Linear& layer, Tensor X, std::shared_ptr<WeightSource> source)
        : CausalLM(oneBlock(), std::move(source), {})
        , m_X(std::move(X))
    {
        m_blocks.push_back(std::make_unique<OneLinearBlock>(layer));
    }

    using CausalLM::embed;

    Tensor embed(const Tensor& tokens, const Tensor&) const override
    {
        return m_X.index_select(0, tokens.reshape({-1}))
            .reshape({tokens.size(0), tokens.size(1), m_X.size(1)});
    }

    Tensor finalNorm(const Tensor& hidden) const override { return hidden; }

    const Tensor& headWeight() const override { return m_X; }

    std::vector<NamedTensor> outerTensors() const override { return {}; }

private:
    Tensor m_X;
};

} // namespace

MemoryMonitor pruneOne(const OneLinearRun& what, Linear& layer, const Tensor& X)
{
    const TempFolder folder;
    writeSafetensors(folder.path() / "model.safetensors", {{"layer.weight", layer.weight()}});
    OneLinearModel model(
        layer, X,
        std::make_shared<WeightSource>(Checkpoint::openFile(folder.path() / "model.safetensors")));
    CalibrationSet calibration;
    calibration.tokens = at::arange(X.size(0), at::kInt).reshape({what.sequences, -1});
    MemoryMonitor monitor;
    runMethod({.id = what.id,
               .params = what.params,
               .calibration = &calibration,
               .folder = folder.path(),
               .batch = what.batch},
              model, monitor);
    return monitor;
}

} // namespace espalier::test
