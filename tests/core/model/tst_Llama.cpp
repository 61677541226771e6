// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/CausalLM.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

using namespace espalier;

namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>; // one row a position

/// The model again, slowly: plain loops in double over the file's tensors, one sequence at a time.
class SlowLlama {
public:
    explicit SlowLlama(const Path& folder)
        : m_config(readModelConfig(folder))
        , m_weights(Checkpoint::open(folder))
    {
    }

    Matrix logits(const std::vector<std::int64_t>& tokens) const
    {
        Matrix x;
        for (const std::int64_t token : tokens) {
            x.push_back(rows("model.embed_tokens")[static_cast<std::size_t>(token)]);
        }
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            const std::string prefix = "model.layers." + std::to_string(i) + ".";
            add(x, attention(norm(x, prefix + "input_layernorm"), prefix + "self_attn."));
            add(x, feedForward(norm(x, prefix + "post_attention_layernorm"), prefix + "mlp."));
        }
        return linear(norm(x, "model.norm"),
                      m_config.tiedEmbeddings ? "model.embed_tokens" : "lm_head");
    }

private:
    Matrix rows(const std::string& name) const
    {
        const Tensor W = m_weights.read(name + ".weight");
        Matrix result;
        for (std::int64_t i = 0; i < W.size(0); ++i) {
            result.push_back(vector(W[i]));
        }
        return result;
    }

    static Vector vector(const Tensor& tensor)
    {
        const float* data = tensor.const_data_ptr<float>();
        return {data, data + tensor.numel()};
    }

    static void add(Matrix& x, const Matrix& y)
    {
        for (std::size_t t = 0; t < x.size(); ++t) {
            for (std::size_t j = 0; j < x[t].size(); ++j) {
                x[t][j] += y[t][j];
            }
        }
    }

    Matrix norm(Matrix x, const std::string& name) const
    {
        const Vector weight = vector(m_weights.read(name + ".weight"));
        for (Vector& row : x) {
            double sum = 0;
            for (const double value : row) {
                sum += value * value;
            }
            const double scale =
                1.0 / std::sqrt(sum / static_cast<double>(row.size()) + m_config.normEpsilon);
            for (std::size_t j = 0; j < row.size(); ++j) {
                row[j] *= scale * weight[j];
            }
        }
        return x;
    }

    Matrix linear(const Matrix& x, const std::string& name) const
    {
        const Matrix W = rows(name);
        const bool hasBias = m_weights.find(name + ".bias") != nullptr;
        const Vector bias =
            hasBias ? vector(m_weights.read(name + ".bias")) : Vector(W.size(), 0.0);
        Matrix y;
        for (const Vector& row : x) {
            Vector result = bias;
            for (std::size_t i = 0; i < W.size(); ++i) {
                for (std::size_t j = 0; j < row.size(); ++j) {
                    result[i] += W[i][j] * row[j];
                }
            }
            y.push_back(std::move(result));
        }
        return y;
    }

    /// Rotates each head of each row by its position.
    void rotate(Matrix& x) const
    {
        const auto size = static_cast<std::size_t>(m_config.headDim), half = size / 2;
        for (std::size_t t = 0; t < x.size(); ++t) {
            for (std::size_t head = 0; head < x[t].size(); head += size) {
                for (std::size_t i = 0; i < half; ++i) {
                    const double power = 2.0 * static_cast<double>(i) / static_cast<double>(size);
                    const double angle =
                        static_cast<double>(t) / std::pow(m_config.ropeTheta, power);
                    double &a = x[t][head + i], &b = x[t][head + i + half];
                    const double rotated = a * std::cos(angle) - b * std::sin(angle);
                    b = b * std::cos(angle) + a * std::sin(angle);
                    a = rotated;
                }
            }
        }
    }

    Matrix attention(const Matrix& x, const std::string& prefix) const
    {
        Matrix q = linear(x, prefix + "q_proj"), k = linear(x, prefix + "k_proj");
        const Matrix v = linear(x, prefix + "v_proj");
        rotate(q);
        rotate(k);
        const auto size = static_cast<std::size_t>(m_config.headDim);
        const auto shared = static_cast<std::size_t>(m_config.heads / m_config.keyValueHeads);
        Matrix mixed(x.size(), Vector(q[0].size(), 0.0));
        for (std::size_t t = 0; t < x.size(); ++t) {
            for (std::size_t head = 0; head < static_cast<std::size_t>(m_config.heads); ++head) {
                const std::size_t from = head * size, group = head / shared * size;
                Vector weights;
                double sum = 0;
                for (std::size_t s = 0; s <= t; ++s) {
                    double score = 0;
                    for (std::size_t i = 0; i < size; ++i) {
                        score += q[t][from + i] * k[s][group + i];
                    }
                    weights.push_back(std::exp(score / std::sqrt(static_cast<double>(size))));
                    sum += weights.back();
                }
                for (std::size_t s = 0; s <= t; ++s) {
                    for (std::size_t i = 0; i < size; ++i) {
                        mixed[t][from + i] += weights[s] / sum * v[s][group + i];
                    }
                }
            }
        }
        return linear(mixed, prefix + "o_proj");
    }

    Matrix feedForward(const Matrix& x, const std::string& prefix) const
    {
        Matrix gate = linear(x, prefix + "gate_proj");
        const Matrix up = linear(x, prefix + "up_proj");
        for (std::size_t t = 0; t < gate.size(); ++t) {
            for (std::size_t j = 0; j < gate[t].size(); ++j) {
                gate[t][j] *= up[t][j] / (1.0 + std::exp(-gate[t][j]));
            }
        }
        return linear(gate, prefix + "down_proj");
    }

    ModelConfig m_config;
    Checkpoint m_weights;
};

std::vector<std::int64_t> someTokens(std::int64_t count)
{
    std::vector<std::int64_t> tokens;
    for (std::int64_t i = 0; i < count; ++i) {
        tokens.push_back((i * i * 7 + 3 * i + 1) % 90);
    }
    return tokens;
}

double largestDifference(const Tensor& logits, const Matrix& expected)
{
    double largest = 0;
    for (std::size_t t = 0; t < expected.size(); ++t) {
        for (std::size_t j = 0; j < expected[t].size(); ++j) {
            const auto actual =
                logits[static_cast<std::int64_t>(t)][static_cast<std::int64_t>(j)].item<double>();
            const double difference = std::abs(actual - expected[t][j]);
            largest = difference <= largest ? largest : difference; // a NaN comes through
        }
    }
    return largest;
}

} // namespace

TEST(equalsASlowReference)
{
    const at::NoGradGuard guard;
    const std::vector<std::int64_t> tokens = someTokens(11);
    test::TinyModelOptions variants[3];
    variants[1].tied = false;
    variants[1].biases = true;
    variants[2].kvHeads = 4;
    for (const test::TinyModelOptions& options : variants) {
        const test::TempFolder folder;
        test::makeTinyModel(folder.path(), options);
        const Tensor logits =
            CausalLM::open(folder.path())->logits(at::tensor(tokens).unsqueeze(0))[0];
        COMPARE_CLOSE(largestDifference(logits, SlowLlama(folder.path()).logits(tokens)), 0.0,
                      2e-5);
    }
}

TEST(theGradientPathGivesTheSameLogits)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path());
    for (Tensor& parameter : model->parameters()) {
        parameter.requires_grad_();
    }
    const std::vector<std::int64_t> tokens = someTokens(9);
    const Tensor logits = model->logits(at::tensor(tokens).unsqueeze(0))[0];
    VERIFY(logits.requires_grad());
    COMPARE_CLOSE(largestDifference(logits.detach(), SlowLlama(folder.path()).logits(tokens)), 0.0,
                  2e-5);
}

TEST(gradientsEqualDifferenceQuotients)
{
    const test::TempFolder folder;
    test::makeTinyModel(folder.path(), {.tied = false, .biases = true});
    const auto model = CausalLM::open(folder.path());
    const Tensor tokens = at::tensor(someTokens(8)).view({2, 4});
    const auto loss = [&] { return model->logits(tokens).select(-1, 5).square().mean(); };
    std::vector<Tensor> parameters = model->parameters();
    for (Tensor& parameter : parameters) {
        parameter.requires_grad_();
    }
    loss().backward();
    const at::NoGradGuard guard;
    constexpr double kStep = 4e-3;
    for (Tensor& parameter : parameters) {
        const Tensor& gradient = parameter.grad();
        VERIFY(gradient.defined());
        // Along the gradient itself the slope is its norm; unused embedding rows do not disturb
        // that.
        const Tensor direction = gradient / gradient.norm();
        parameter.add_(direction, kStep);
        const double after = loss().item<double>();
        parameter.sub_(direction, 2 * kStep);
        const double before = loss().item<double>();
        parameter.add_(direction, kStep);
        const double expected = gradient.norm().item<double>();
        COMPARE_CLOSE((after - before) / (2 * kStep), expected, 2e-4 + 0.01 * expected);
    }
}

TEST(aCacheGivesWhatOnePassGives)
{
    const at::NoGradGuard guard;
    const test::TempFolder folder;
    test::makeTinyModel(folder.path());
    const auto model = CausalLM::open(folder.path());
    const Tensor tokens = at::tensor(someTokens(24)).view({2, 12});
    const Tensor expected = model->logits(tokens);
    KvCache cache;
    // Five at once, then one, then four behind a past, then one by one.
    std::vector<Tensor> pieces;
    std::int64_t begin = 0;
    for (const std::int64_t length : {5, 1, 4, 1, 1}) {
        pieces.push_back(model->logits(tokens.narrow(1, begin, length), &cache));
        begin += length;
        COMPARE(cache.positions, begin);
        COMPARE(cache.keys[2].size(2), begin);
    }
    COMPARE_CLOSE((at::cat(pieces, 1) - expected).abs().max().item<double>(), 0.0, 2e-5);
}

TEST(halfPrecisionStaysNearAndKeepsAFloatStream)
{
    const at::NoGradGuard guard;
    const Path folder = test::demoFolder() / "stories260k";
    const Tensor tokens =
        at::tensor({1, 403, 407, 261, 378, 432, 383, 286}, at::kLong).unsqueeze(0);
    const Tensor exact = CausalLM::open(folder)->logits(tokens);
    for (const auto& [type, tolerance] :
         {std::pair(NumberType::BFloat16, 0.5), std::pair(NumberType::Float16, 0.06)}) {
        const auto model = CausalLM::open(folder, {.dtype = type});
        VERIFY(model->hiddenStates(tokens).scalar_type() == at::kFloat);
        VERIFY(model->linears()[0]->weight().scalar_type() == model->dtype());
        const Tensor logits = model->logits(tokens);
        VERIFY(logits.scalar_type() == at::kFloat);
        const double difference = (logits - exact).abs().max().item<double>();
        VERIFY2(difference > 0 && difference < tolerance, std::to_string(difference));
    }
}

TEST(theDemoModelGivesTheLogitsOfTransformers)
{
    const at::NoGradGuard guard;
    const Path file = test::dataFolder() / "model" / "stories260k-logits.json";
    const Json fixture = parseJson(readFile(file), file.string());
    const Tensor tokens =
        at::tensor(fixture["tokens"].get<std::vector<std::int64_t>>()).unsqueeze(0);
    const Tensor expected = at::tensor(fixture["logits"].get<std::vector<double>>());
    const Tensor logits = CausalLM::open(test::demoFolder() / "stories260k")->logits(tokens)[0][-1];
    COMPARE_CLOSE((logits - expected).abs().max().item<double>(), 0.0, 3e-5);
}
