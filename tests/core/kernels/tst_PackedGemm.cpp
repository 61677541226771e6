// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "core/kernels/AmxTile.h"
#include "core/kernels/PackedGemm.h"
#include "tests/support/Test.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

// The kernels of every kind of processor that this one is, against sums in double precision.

using namespace espalier;

namespace {

struct Shape {
    std::int64_t rows, outputs, inputs;
};

// Remainders in rows (of 14, 6 and 4), in columns (of 32) and in depth; more than one row group.
const std::vector<Shape> kShapes{{1, 1, 1},    {1, 33, 7},   {2, 64, 16},  {3, 95, 31},
                                 {4, 32, 5},   {5, 130, 9},  {14, 40, 33}, {15, 65, 8},
                                 {29, 100, 3}, {300, 70, 21}};

std::vector<float> drawn(std::int64_t count, std::uint64_t seed)
{
    Random random(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = static_cast<float>(random.uniform() * 2 - 1);
    }
    return values;
}

float bf16(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) & 0xFFFF0000U);
}

/// X W^T + b, exact enough to judge fp32 by.
struct Example {
    Example(Shape s, PackedType type, bool withBias, std::uint64_t seed = 1)
        : shape(s)
        , X(drawn(s.rows * s.inputs, seed))
        , W(drawn(s.outputs * s.inputs, seed + 1))
        , b(withBias ? drawn(s.outputs, seed + 2) : std::vector<float>())
        , packed(s.outputs, s.inputs, type)
    {
        for (std::int64_t o = 0; o < s.outputs; ++o) {
            packed.setRow(o, W.data() + o * s.inputs);
            if (withBias) {
                packed.setBias(o, b[static_cast<std::size_t>(o)]);
            }
        }
        if (type == PackedType::BFloat16) {
            std::ranges::transform(W, W.begin(), bf16);
        }
    }

    double expected(std::int64_t row, std::int64_t output) const
    {
        double sum = b.empty() ? 0.0 : static_cast<double>(b[static_cast<std::size_t>(output)]);
        for (std::int64_t i = 0; i < shape.inputs; ++i) {
            sum += static_cast<double>(X[static_cast<std::size_t>(row * shape.inputs + i)]) *
                   static_cast<double>(W[static_cast<std::size_t>(output * shape.inputs + i)]);
        }
        return sum;
    }

    ProductRows rows() const
    {
        return {.values = X.data(), .stride = shape.inputs, .count = shape.rows};
    }

    std::vector<float> product(CpuPath path, int threads) const
    {
        std::vector<float> Y(static_cast<std::size_t>(shape.rows * shape.outputs), -7.0F);
        packedProduct(threads, kernelSet(path), rows(), packed,
                      {.values = Y.data(), .stride = shape.outputs});
        return Y;
    }

    Shape shape;
    std::vector<float> X, W, b;
    PackedWeight packed;
};

double largestError(const Example& e, const std::vector<float>& Y)
{
    double most = 0;
    for (std::int64_t r = 0; r < e.shape.rows; ++r) {
        for (std::int64_t o = 0; o < e.shape.outputs; ++o) {
            const auto at = static_cast<std::size_t>(r * e.shape.outputs + o);
            most = std::max(most, std::abs(static_cast<double>(Y[at]) - e.expected(r, o)));
        }
    }
    return most;
}

double silu(double x)
{
    return x / (1 + std::exp(-x));
}

} // namespace

TEST(everyShapeGivesTheProduct)
{
    for (const CpuPath path : cpuPaths()) {
        for (const PackedType type : {PackedType::Float32, PackedType::BFloat16}) {
            for (const Shape& shape : kShapes) {
                const Example e(shape, type, shape.rows % 2 == 1);
                COMPARE_CLOSE(largestError(e, e.product(path, 1)), 0.0, 5e-6);
            }
        }
    }
}

TEST(theRowsAloneGiveTheBitsOfTheRowsTogether)
{
    for (const CpuPath path : cpuPaths()) {
        for (const PackedType type : {PackedType::Float32, PackedType::BFloat16}) {
            const Example all({37, 200, 45}, type, true);
            const std::vector<float> together = all.product(path, 1);
            for (std::int64_t row = 0; row < all.shape.rows; ++row) {
                std::vector<float> alone(200);
                ProductRows one = all.rows();
                one.values += row * one.stride;
                one.count = 1;
                packedProduct(1, kernelSet(path), one, all.packed,
                              {.values = alone.data(), .stride = 200});
                VERIFY(std::equal(alone.begin(), alone.end(), together.begin() + row * 200));
            }
        }
    }
}

TEST(threadsAndAlignmentChangeNoBit)
{
    for (const CpuPath path : cpuPaths()) {
        const Example e({150, 333, 40}, PackedType::Float32, true);
        const std::vector<float> expected = e.product(path, 1);
        for (const int threads : {2, 3, 4}) {
            VERIFY(e.product(path, threads) == expected);
        }
        for (const std::size_t offset : {1U, 3U}) {
            std::vector<float> X(e.X.size() + offset), Y(expected.size() + offset);
            std::ranges::copy(e.X, X.begin() + static_cast<std::ptrdiff_t>(offset));
            ProductRows rows = e.rows();
            rows.values = X.data() + offset;
            packedProduct(2, kernelSet(path), rows, e.packed,
                          {.values = Y.data() + offset, .stride = e.shape.outputs});
            Y.erase(Y.begin(), Y.begin() + static_cast<std::ptrdiff_t>(offset));
            VERIFY(Y == expected);
        }
    }
}

TEST(avx2AndAvx512GiveEqualBits)
{
    if (cpuPath() != CpuPath::Avx512) {
        SKIP("this processor has no AVX-512");
    }
    for (const PackedType type : {PackedType::Float32, PackedType::BFloat16}) {
        const Example e({33, 130, 77}, type, true);
        VERIFY(e.product(CpuPath::Avx2, 1) == e.product(CpuPath::Avx512, 1));
    }
}

TEST(addGoesOnTopOfTheResultAndTouchesNothingElse)
{
    for (const CpuPath path : cpuPaths()) {
        const Example e({17, 45, 19}, PackedType::Float32, true);
        constexpr std::int64_t kStride = 50;
        std::vector<float> Y(17 * kStride, 2.0F);
        packedProduct(2, kernelSet(path), e.rows(), e.packed,
                      {.epilogue = Epilogue::Add, .values = Y.data(), .stride = kStride});
        for (std::int64_t r = 0; r < 17; ++r) {
            for (std::int64_t c = 0; c < kStride; ++c) {
                const double expected = c < 45 ? e.expected(r, c) + 2.0 : 2.0;
                COMPARE_CLOSE(static_cast<double>(Y[static_cast<std::size_t>(r * kStride + c)]),
                              expected, 5e-6);
            }
        }
    }
}

TEST(swiGluMultipliesTheGateIntoTheUpMatrix)
{
    constexpr std::int64_t kInner = 37, kInputs = 11; // the last panel is short: 5 gates
    const std::vector<float> gate = drawn(kInner * kInputs, 5), up = drawn(kInner * kInputs, 6);
    PackedWeight packed(upOutput(kInner - 1) + 1, kInputs, PackedType::Float32);
    for (std::int64_t i = 0; i < kInner; ++i) {
        packed.setRow(gateOutput(i), gate.data() + i * kInputs);
        packed.setRow(upOutput(i), up.data() + i * kInputs);
        packed.setBias(gateOutput(i), 0.5F);
    }
    const std::vector<float> X = drawn(16 * kInputs, 7);
    for (const CpuPath path : cpuPaths()) {
        std::vector<float> Y(16 * kInner);
        packedProduct(1, kernelSet(path), {.values = X.data(), .stride = kInputs, .count = 16},
                      packed,
                      {.epilogue = Epilogue::SwiGlu,
                       .values = Y.data(),
                       .stride = kInner,
                       .columns = kInner});
        for (std::int64_t r = 0; r < 16; ++r) {
            for (std::int64_t i = 0; i < kInner; ++i) {
                double g = 0.5, u = 0;
                for (std::int64_t k = 0; k < kInputs; ++k) {
                    const auto x =
                        static_cast<double>(X[static_cast<std::size_t>(r * kInputs + k)]);
                    g += x * static_cast<double>(gate[static_cast<std::size_t>(i * kInputs + k)]);
                    u += x * static_cast<double>(up[static_cast<std::size_t>(i * kInputs + k)]);
                }
                COMPARE_CLOSE(static_cast<double>(Y[static_cast<std::size_t>(r * kInner + i)]),
                              silu(g) * u, 5e-6);
            }
        }
    }
}

TEST(theLargestIsTheFirstOfEquals)
{
    for (const CpuPath path : cpuPaths()) {
        Example e({16, 900, 13}, PackedType::Float32, false);
        for (std::int64_t o = 450; o < 900; ++o) { // the second half repeats the first
            e.packed.setRow(o, e.W.data() + (o - 450) * 13);
        }
        for (const int threads : {1, 3}) {
            std::vector<Largest> largest(16);
            packedProduct(threads, kernelSet(path), e.rows(), e.packed,
                          {.epilogue = Epilogue::Largest, .largest = largest.data()});
            const std::vector<float> Y = e.product(path, 1);
            for (std::size_t r = 0; r < 16; ++r) {
                const auto begin = Y.begin() + static_cast<std::ptrdiff_t>(r * 900);
                const auto most = std::max_element(begin, begin + 450);
                COMPARE(largest[r].index, most - begin);
                COMPARE(largest[r].value, *most);
            }
        }
    }
}

TEST(notANumberIsNeverLost)
{
    for (const CpuPath path : cpuPaths()) {
        Example e({1, 100, 4}, PackedType::Float32, false);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<float> row(4, nan);
        e.packed.setRow(70, row.data());
        Largest largest;
        packedProduct(2, kernelSet(path), e.rows(), e.packed,
                      {.epilogue = Epilogue::Largest, .largest = &largest});
        COMPARE(largest.index, 70);
        VERIFY(std::isnan(largest.value));
    }
}

TEST(logSumsAreThoseOfTheLogits)
{
    for (const CpuPath path : cpuPaths()) {
        for (const bool withBias : {false, true}) {
            const Example e({31, 77, 12}, PackedType::Float32, withBias);
            std::vector<std::int64_t> targets;
            for (std::int64_t r = 0; r < 31; ++r) {
                targets.push_back(1000 + r * 7 % 77);
            }
            std::vector<LogSum> sums(31), others(31);
            for (auto* rows : {&sums, &others}) {
                packedProduct(rows == &sums ? 1 : 3, kernelSet(path), e.rows(), e.packed,
                              {.epilogue = Epilogue::LogSum,
                               .logSums = rows->data(),
                               .targets = targets.data(),
                               .firstColumn = 1000});
            }
            for (std::int64_t r = 0; r < 31; ++r) {
                double sum = 0, most = e.expected(r, 0);
                for (std::int64_t o = 0; o < 77; ++o) {
                    sum += std::exp(e.expected(r, o));
                    most = std::max(most, e.expected(r, o));
                }
                const LogSum& found = sums[static_cast<std::size_t>(r)];
                COMPARE_CLOSE(static_cast<double>(found.highest) + std::log(found.sum),
                              std::log(sum), 1e-5);
                COMPARE_CLOSE(static_cast<double>(found.highest), most, 1e-5);
                COMPARE_CLOSE(static_cast<double>(found.target), e.expected(r, r * 7 % 77), 1e-5);
                COMPARE(found.sum, others[static_cast<std::size_t>(r)].sum);
            }
        }
    }
}

TEST(theMatrixUnitMultipliesWhatIsRounded)
{
    if (!hasAmx()) {
        SKIP("this processor has no matrix unit, or the system does not lend it");
    }
    for (const Shape& shape : kShapes) {
        Example e(shape, PackedType::BFloat16, shape.rows % 2 == 1);
        std::ranges::transform(e.X, e.X.begin(), bf16); // else each number would be off by 2^-9
        ProductRows rows = e.rows();
        rows.asBf16 = true;
        std::vector<float> first;
        for (const int threads : {1, 3}) {
            std::vector<float> Y(static_cast<std::size_t>(shape.rows * shape.outputs));
            packedProduct(threads, kernelSet(), rows, e.packed,
                          {.values = Y.data(), .stride = shape.outputs});
            COMPARE_CLOSE(largestError(e, Y), 0.0, 5e-6);
            VERIFY(threads == 1 || Y == first);
            first = Y;
        }
    }
}

TEST(normsAreAppliedBeforeTheProduct)
{
    for (const CpuPath path : cpuPaths()) {
        for (const std::int64_t count : {1, 5, 20}) {
            const Example e({count, 50, 35}, PackedType::Float32, false);
            const std::vector<float> weight = drawn(35, 9);
            std::vector<float> normed = e.X;
            for (std::int64_t r = 0; r < count; ++r) {
                double squares = 0;
                float* x = normed.data() + r * 35;
                for (std::int64_t i = 0; i < 35; ++i) {
                    squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
                }
                for (std::size_t i = 0; i < 35; ++i) {
                    x[i] *= static_cast<float>(1 / std::sqrt(squares / 35 + 1e-5)) * weight[i];
                }
            }
            Example expected({count, 50, 35}, PackedType::Float32, false);
            expected.X = normed;
            ProductRows rows = e.rows();
            rows.norm = weight.data();
            rows.epsilon = 1e-5F;
            std::vector<float> Y(static_cast<std::size_t>(count * 50));
            packedProduct(1, kernelSet(path), rows, e.packed, {.values = Y.data(), .stride = 50});
            COMPARE_CLOSE(largestError(expected, Y), 0.0, 2e-5);
        }
    }
}

TEST(whatWasPackedComesBack)
{
    for (const PackedType type : {PackedType::Float32, PackedType::BFloat16}) {
        const Example e({1, 45, 13}, type, false);
        std::vector<float> row(13);
        for (std::int64_t o = 0; o < 45; ++o) {
            e.packed.row(o, row.data());
            VERIFY(std::equal(row.begin(), row.end(), e.W.begin() + o * 13));
        }
    }
    PackedWeight halves(1, 2, PackedType::Float32);
    const std::uint16_t numbers[] = {0x3F80, 0xC000}; // 1 and -2
    halves.setRow(0, numbers);
    std::vector<float> row(2);
    halves.row(0, row.data());
    COMPARE(row, (std::vector<float>{1.0F, -2.0F}));
}

TEST(outputsThatAreNotThereAreRefused)
{
    PackedWeight weight(3, 2, PackedType::Float32);
    const std::vector<float> row(2);
    VERIFY_FAILS(weight.setRow(3, row.data()), ErrorCode::Internal, "Output 3");
    VERIFY_FAILS(PackedWeight(0, 2, PackedType::Float32), ErrorCode::Internal, "0 x 2");
}

TEST(theExponentialIsExactToItsLastPlaces)
{
    for (const CpuPath path : cpuPaths()) {
        std::vector<float> x;
        for (int i = 0; i <= 1234; ++i) {
            x.push_back(static_cast<float>(-i) * 0.07F);
        }
        const std::vector<float> before = x;
        const double sum = static_cast<double>(
            kernelSet(path).expSum(x.data(), 1.0F, static_cast<std::int64_t>(x.size())));
        double expected = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = std::exp(static_cast<double>(before[i]));
            expected += exact;
            COMPARE_CLOSE(static_cast<double>(x[i]), exact, 3e-7 * exact + 1e-37);
        }
        COMPARE_CLOSE(sum, expected, 1e-6 * expected);
    }
}
