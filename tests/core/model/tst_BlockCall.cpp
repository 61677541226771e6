// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/CausalLM.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

// What structured pruning asks of a forward pass: gates, and that they mean what slicing would.

using namespace espalier;

namespace {

/// Families whose block 1 has its output projection and its last linear under these names.
struct Case {
    const char* folder;
    const char* output;
    const char* down;
};

const Case kCases[] = {
    {"llama", "self_attn.o_proj", "mlp.down_proj"},
    {"gpt2", "attn.c_proj", "mlp.c_proj"},
    {"neox", "attention.dense", "mlp.dense_4h_to_h"},
    {"neox-sequential", "attention.dense", "mlp.dense_4h_to_h"},
    {"opt", "self_attn.out_proj", "fc2"},
    {"opt-350m", "self_attn.out_proj", "fc2"},
};

std::unique_ptr<CausalLM> openModel(const Case& one)
{
    return CausalLM::open(Path(ESPALIER_TEST_DATA) / "families" / one.folder);
}

Linear& linearOf(CausalLM& model, const std::string& name)
{
    for (Linear* linear : model.linears()) {
        if (linear->name() == "blocks.1." + name) {
            return *linear;
        }
    }
    throw std::runtime_error("no linear " + name);
}

Tensor input(const CausalLM& model)
{
    at::manual_seed(4);
    return at::randn({2, 5, model.config().hiddenSize});
}

Tensor run(CausalLM& model, const Tensor& x, const BlockGates& gates)
{
    return model.lease(1)->forward(x, BlockCall{.gates = &gates});
}

} // namespace

TEST(aClosedHeadIsAHeadWhoseOutputColumnsAreZero)
{
    const at::NoGradGuard noGrad;
    for (const Case& one : kCases) {
        const auto model = openModel(one);
        const Tensor x = input(*model);
        Tensor gate = at::ones({model->config().heads});
        gate[2] = 0;
        const Tensor found = run(*model, x, {.heads = gate});
        VERIFY2(!at::allclose(found, run(*model, x, {})), one.folder);
        VERIFY2(at::equal(run(*model, x, {.heads = gate.expand({2, -1})}), found), one.folder);
        const std::int64_t width = model->config().headDim;
        linearOf(*model, one.output).weight().narrow(1, 2 * width, width).zero_();
        VERIFY2(at::allclose(found, run(*model, x, {}), 1e-5, 1e-6), one.folder);
    }
}

TEST(aClosedNeuronIsANeuronWhoseOutputColumnIsZero)
{
    const at::NoGradGuard noGrad;
    for (const Case& one : kCases) {
        const auto model = openModel(one);
        const Tensor x = input(*model);
        Tensor gate = at::ones({model->config().intermediateSize});
        gate.narrow(0, 0, 11).zero_();
        const Tensor found = run(*model, x, {.neurons = gate});
        VERIFY2(!at::allclose(found, run(*model, x, {})), one.folder);
        linearOf(*model, one.down).weight().narrow(1, 0, 11).zero_();
        VERIFY2(at::allclose(found, run(*model, x, {}), 1e-5, 1e-6), one.folder);
    }
}

TEST(closedPartsAddNothing)
{
    const at::NoGradGuard noGrad;
    const Tensor closed = at::zeros({}), half = at::full({}, 0.5), open = at::ones({});
    for (const Case& one : kCases) {
        const auto model = openModel(one);
        const Tensor x = input(*model), whole = run(*model, x, {});
        VERIFY2(at::equal(run(*model, x, {.block = closed}), x), one.folder);
        VERIFY2(at::allclose(run(*model, x, {.block = half}), (x + whole) / 2, 1e-5, 1e-6),
                one.folder);
        VERIFY2(at::equal(run(*model, x, {.attention = open, .feedForward = open}), whole),
                one.folder);
        if (model->config().normFirst) {
            VERIFY2(at::equal(run(*model, x, {.attention = closed, .feedForward = closed}), x),
                    one.folder);
        }
        VERIFY2(!at::allclose(run(*model, x, {.attention = closed}), whole), one.folder);
        VERIFY2(!at::allclose(run(*model, x, {.feedForward = closed}), whole), one.folder);
    }
}

TEST(gradientsReachTheGates)
{
    for (const Case& one : kCases) {
        const auto model = openModel(one);
        const Tensor x = input(*model);
        const auto gate = [](at::IntArrayRef sizes) {
            return at::ones(sizes).requires_grad_(true);
        };
        const BlockGates gates{.heads = gate({2, model->config().heads}),
                               .neurons = gate({model->config().intermediateSize}),
                               .attention = gate({}),
                               .feedForward = gate({}),
                               .block = gate({})};
        run(*model, x, gates).square().sum().backward();
        for (const Tensor& tensor :
             {gates.heads, gates.neurons, gates.attention, gates.feedForward, gates.block}) {
            VERIFY(tensor.grad().defined() && tensor.grad().abs().max().item<double>() > 0);
        }
    }
}

TEST(aTransposedWeightIsWrittenBackAsItWasStored)
{
    const auto model = CausalLM::open(Path(ESPALIER_TEST_DATA) / "families" / "gpt2");
    Linear& up = linearOf(*model, "mlp.c_fc");
    COMPARE(up.weight().sizes().vec(), (std::vector<std::int64_t>{96, 24}));
    VERIFY(up.weight().is_contiguous());
    for (const auto& [name, tensor] : model->lease(1)->tensors(1)) {
        if (name == "transformer.h.1.mlp.c_fc.weight") {
            COMPARE(tensor.sizes().vec(), (std::vector<std::int64_t>{24, 96}));
            up.weight().index_put_({0, 1}, 7.0);
            COMPARE(tensor[1][0].item<double>(), 7.0); // a view of the weight itself
        }
    }
}
