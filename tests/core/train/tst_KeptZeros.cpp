// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/KeptZeros.h"
#include "tests/core/train/SmallHidden.h"
#include "tests/core/train/TrainHarness.h"
#include "tests/support/Test.h"

using namespace espalier;
using test::shortTraining;
using test::SmallHidden;

TEST(prunedWeightsNeverGrowBack)
{
    const test::TinyPair pair;
    const auto model = pair.student();
    std::vector<Tensor> masks;
    for (Linear* linear : model->linears()) {
        const Tensor keep = at::rand_like(linear->weight()) > 0.5;
        linear->weight().masked_fill_(keep.logical_not(), 0.0); // pruned elsewhere: no mask is set
        masks.push_back(keep);
    }
    test::TrainMonitor monitor;
    RunContext run(pair.inputs(*model, pair.folder.path() / "run"), monitor);
    SmallHidden objective(*model);
    train(run, shortTraining(), objective);
    for (std::size_t i = 0; i < masks.size(); ++i) {
        const Tensor& weight = model->linears()[i]->weight();
        VERIFY(weight.masked_select(masks[i].logical_not()).eq(0).all().item<bool>());
        VERIFY(!at::signbit(weight.masked_select(masks[i].logical_not())).any().item<bool>());
        VERIFY(model->linears()[i]->sparsity() < 0.6); // the others are trained, not lost
    }
    VERIFY(monitor.events.front().text.find("stay zero") != std::string::npos);
}

TEST(withoutTheMaskZerosWouldGrow)
{
    const test::TinyPair pair;
    const auto model = pair.student();
    Linear& linear = *model->linears().front();
    linear.weight().narrow(0, 0, 4).zero_();
    test::TrainMonitor monitor;
    RunContext run(pair.inputs(*model, pair.folder.path() / "run"), monitor);
    SmallHidden objective(*model);
    TrainOptions options = shortTraining();
    options.keepZeros = false;
    train(run, options, objective);
    VERIFY(linear.weight().narrow(0, 0, 4).ne(0).any().item<bool>());
}

TEST(verificationNamesTheLinear)
{
    const test::TinyPair pair;
    const auto model = pair.student();
    Linear& linear = *model->linears().front();
    linear.weight().narrow(0, 0, 8).zero_();
    const KeptZeros zeros(*model);
    COMPARE(zeros.count(), 8 * linear.weight().size(1));
    linear.weight()[0][0].fill_(0.5);
    VERIFY_FAILS(zeros.verify(), ErrorCode::Internal, linear.name());
}

TEST(aFewZerosAreAccidents)
{
    const test::TinyPair pair;
    const auto model = pair.student();
    Linear& linear = *model->linears().front();
    linear.weight()[0].zero_(); // 32 of 15360
    COMPARE(KeptZeros(*model).count(), 0);
    VERIFY(!linear.mask().defined());
    model->linears().back()->weight().narrow(0, 0, 8).zero_(); // now it is pruned, and every zero
                                                               // counts
    COMPARE(KeptZeros(*model).count(), 32 + 8 * 48);
}
