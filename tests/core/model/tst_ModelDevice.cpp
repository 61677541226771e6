// SPDX-License-Identifier: GPL-3.0-or-later
// Every tensor of a model and of what works with it is on the model's device. Tested with the
// device "meta", which has shapes and no values and refuses, as a GPU does, to mix with the CPU.
#include "core/compress/Hessian.h"
#include "core/compress/OutputError.h"
#include "core/model/CausalLM.h"
#include "core/train/AdamW.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

using namespace espalier;
using namespace espalier::test;

namespace {

struct OnMeta {
    TempFolder folder;
    std::unique_ptr<CausalLM> model;

    explicit OnMeta(Residency residency, NumberType type = NumberType::Float32)
    {
        makeTinyModel(folder.path() / "model");
        model = CausalLM::open(folder.path() / "model",
                               {.dtype = type, .residency = residency, .device = at::kMeta});
    }
};

// Operators for which libtorch's C++ has no form for "meta".
Tensor whereOnMeta(const Tensor& condition, const Tensor& a, const Tensor& b)
{
    VERIFY(condition.is_meta());
    const auto sizes = at::infer_size(at::infer_size(condition.sizes(), a.sizes()), b.sizes());
    return at::empty(sizes, a.options().device(at::kMeta));
}

Tensor& whereIntoMeta(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& out)
{
    out.resize_(whereOnMeta(condition, a, b).sizes());
    return out;
}

Tensor indexSelectOnMeta(const Tensor& values, std::int64_t dimension, const Tensor& index)
{
    VERIFY(values.is_meta() && index.is_meta());
    auto sizes = values.sizes().vec();
    sizes[static_cast<std::size_t>(dimension)] = index.numel();
    return at::empty(sizes, values.options());
}

Tensor embeddingBackwardOnMeta(const Tensor& gradient, const Tensor& tokens, std::int64_t rows,
                               std::int64_t, bool)
{
    VERIFY(gradient.is_meta() && tokens.is_meta());
    return at::empty({rows, gradient.size(-1)}, gradient.options());
}

TORCH_LIBRARY_IMPL(aten, Meta, library)
{
    library.impl("where.self", whereOnMeta);
    library.impl("where.self_out", whereIntoMeta);
    library.impl("embedding_dense_backward", embeddingBackwardOnMeta);
    library.impl("index_select", indexSelectOnMeta);
}

Tensor someTokens()
{
    return at::arange(14, at::kLong).view({2, 7});
}

} // namespace

TEST(logitsAreMadeWhereTheWeightsAre)
{
    for (const Residency residency : {Residency::Resident, Residency::Streamed}) {
        for (const NumberType type :
             {NumberType::Float32, NumberType::BFloat16, NumberType::Float16}) {
            const OnMeta bench(residency, type);
            const at::NoGradGuard noGradients;
            const Tensor logits = bench.model->logits(someTokens());
            VERIFY(logits.is_meta());
            COMPARE(logits.sizes().vec(),
                    (std::vector<std::int64_t>{2, 7, bench.model->config().vocabSize}));
        }
    }
}

TEST(decodingKeepsItsCacheThere)
{
    const OnMeta bench(Residency::Streamed);
    const at::NoGradGuard noGradients;
    KvCache cache;
    bench.model->hiddenStates(someTokens(), &cache);
    const Tensor next = bench.model->hiddenStates(at::ones({2, 3}, at::kLong), &cache);
    VERIFY(next.is_meta());
    COMPARE(cache.positions, std::int64_t{10});
    for (const Tensor& keys : cache.keys) {
        VERIFY(keys.is_meta());
        COMPARE(keys.size(2), std::int64_t{10});
    }
}

TEST(statisticsFollowTheInputs)
{
    const OnMeta bench(Residency::Resident);
    const at::NoGradGuard noGradients;
    Linear* linear = bench.model->linears().front();
    Hessian hessian;
    InputSample sample(14);
    linear->observe([&](const Tensor& X) {
        hessian.add(X);
        sample.add(X);
    });
    bench.model->hiddenStates(someTokens());
    linear->observe({});
    VERIFY(hessian.gram().is_meta());
    VERIFY(sample.rows().is_meta());
}

TEST(trainingStepsStayThere)
{
    const OnMeta bench(Residency::Resident);
    std::vector<Tensor> parameters = bench.model->parameters();
    for (Tensor& parameter : parameters) {
        VERIFY(parameter.is_meta());
        parameter.requires_grad_(true);
    }
    bench.model->logits(someTokens()).square().sum().backward();
    AdamW optimiser(parameters, {});
    optimiser.step(1e-3, 1.0);
    for (const auto& [name, state] : optimiser.states()) {
        VERIFY2(state.is_meta(), name);
    }
}
