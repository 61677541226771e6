// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"

#include <cmath>
#include <string>
#include <vector>

namespace espalier::test {

/// A store with a study of six runs and a pair of distilled ones, every number of it chosen by
/// hand.
class SmallStudy {
public:
    explicit SmallStudy(const Path& workspace)
        : m_store(workspace)
    {
        study = m_store.createStudy("Halve the stories", "stories");
        dense = addRun("none", {}, 0, {3.0, 0.0, 1.0, 1000000});
        const ParamValues half{{"pattern", "unstructured"}, {"sparsity", 0.5}};
        const ParamValues seventy{{"pattern", "unstructured"}, {"sparsity", 0.7}};
        wanda = {addRun("prune-wanda", half, 0, {4.0, 0.25, 0.9, 560000}),
                 addRun("prune-wanda", half, 1, {4.1, 0.26, 0.89, 560000}),
                 addRun("prune-wanda", half, 2, {4.2, 0.27, 0.88, 560000})};
        magnitude = addRun("prune-magnitude", half, 0, {5.5, 0.75, 0.7, 560000});
        sparse = addRun("prune-wanda", seventy, 0, {7.0, 1.25, 0.5, 380000});
        failed = addFailedRun();
        distilled = addDistilledRun();
        m_store.flush();
    }

    RunId study = RunId::None, dense = RunId::None, magnitude = RunId::None;
    RunId sparse = RunId::None, failed = RunId::None, distilled = RunId::None;
    std::vector<RunId> wanda = {};

private:
    struct Numbers {
        double perplexity, meanKld, sameTop, bitmaskBytes;
    };

    RunSpec specOf(const std::string& method, const ParamValues& params, std::uint64_t seed) const
    {
        RunSpec spec;
        spec.method = method;
        spec.params = params;
        spec.model = "models/stories";
        spec.threads = 2;
        spec.seed = seed;
        spec.evaluations = {{"perplexity", {"text:stories.txt", 512, 64}}};
        if (method != "none") {
            spec.calibration = DataSpec{"text:self.txt", 256, 32};
        }
        return spec;
    }

    static Json provenance(const RunSpec& spec)
    {
        Json data{{"stories",
                   {{"source", "text:stories.txt"},
                    {"fingerprint", std::string(64, 'a')},
                    {"role", "evaluation"}}}};
        if (spec.calibration) {
            data["self"] = {{"source", "text:self.txt"},
                            {"fingerprint", std::string(64, 'b')},
                            {"role", "calibration"},
                            {"self_generated", true}};
        }
        return {{"build", {{"version", "0.1.0"}}},
                {"machine", {{"cpu", "Abacus 2000"}, {"cores", 2}}},
                {"seeds", {{"run", spec.seed}}},
                {"data", data}};
    }

    RunId addRun(const std::string& method, const ParamValues& params, std::uint64_t seed,
                 const Numbers& numbers)
    {
        const RunSpec spec = specOf(method, params, seed);
        const RunId id = m_store.createRun(spec, 1, study);
        JournalWriter journal(m_store.layout().journal(id));
        journal.status(RunStatus::Running);
        journal.provenance(provenance(spec));
        const auto metric = [&](const std::string& name, double value) {
            journal.metric(name, {0, value, 1});
        };
        metric("eval/stories/perplexity", numbers.perplexity);
        metric("eval/stories/standard_error", 0.125);
        metric("eval/stories/nll", 32704 * std::log(numbers.perplexity));
        metric("eval/stories/tokens", 32704);
        metric("eval/stories/windows", 64);
        metric("eval/stories/length", 512);
        for (int i = 0; i < 64; ++i) { // window by window
            const double loss = std::log(numbers.perplexity) + 0.02 * (i % 2 == 0 ? 1 : -1);
            journal.metric("items/stories/nll", {i, loss + 0.001 * std::sin(i), 1}, "nat/token");
        }
        metric("eval/stories/divergence/mean_kld", numbers.meanKld);
        metric("eval/stories/divergence/same_top_p", numbers.sameTop);
        metric("footprint/parameters", 260032);
        metric("footprint/bytes", 1050000);
        metric("footprint/bitmask_bytes", numbers.bitmaskBytes);
        metric("stage/load/seconds", 0.5);
        metric("stage/evaluate/seconds", 2.0);
        metric("stage/evaluate/peak_rss_bytes", 209715200);
        if (method != "none") {
            metric("sparsity/model.layers.0.mlp.up_proj", 0.5);
            metric("sparsity/model.layers.1.mlp.up_proj", 0.25);
            metric("error/model.layers.0.mlp.up_proj", 0.01);
            metric("error/model.layers.1.mlp.up_proj", std::nan(""));
        }
        journal.artifact({"model", "export", std::string(64, 'c'), 1050000});
        journal.status(RunStatus::Succeeded);
        m_store.ingest(id);
        return id;
    }

    RunId addFailedRun()
    {
        const RunId id =
            m_store.createRun(specOf("prune-sparsegpt", {{"sparsity", 0.5}}, 0), 1, study);
        JournalWriter journal(m_store.layout().journal(id));
        journal.status(RunStatus::Running);
        journal.status(RunStatus::Failed,
                       Failure{ErrorCode::Numeric,
                               "The Hessian of mlp.up_proj is not positive definite.",
                               "Compressing block 1/2"});
        m_store.ingest(id);
        return id;
    }

    RunId addDistilledRun()
    {
        RunSpec spec = specOf("distill-logits", {{"steps", std::int64_t{40}}}, 0);
        spec.calibration.reset();
        const RunId id = m_store.createRun(spec, 1, study);
        JournalWriter journal(m_store.layout().journal(id));
        journal.status(RunStatus::Running);
        for (int step = 1; step <= 40; ++step) {
            const double noise = step % 2 == 0 ? 0.1 : -0.1;
            journal.metric("train/loss/total", {step, 2.0 / step + 0.5 + noise, step}, "nat/token");
        }
        journal.status(RunStatus::Succeeded);
        m_store.ingest(id);
        return id;
    }

    ExperimentStore m_store;
};

} // namespace espalier::test
