// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufRotary.h"

#include "core/base/Error.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr const char* kFactorsTensor = "rope_freqs.weight";
constexpr double kUsualTheta = 10000;

class RotaryReader {
public:
    RotaryReader(const GgufFile& file, const GgufArchitecture& family)
        : m_file(file)
        , m_prefix(std::string(family.name) + ".rope.")
    {
    }

    Json read(std::int64_t headSize) const
    {
        const double rotated = real("dimension_count", static_cast<double>(headSize));
        if (rotated != static_cast<double>(headSize)) {
            throw Error(ErrorCode::Unsupported,
                        m_file.where() + ": " + m_prefix + "dimension_count is " +
                            std::to_string(static_cast<std::int64_t>(rotated)) + ", heads have " +
                            std::to_string(headSize) +
                            " numbers; models that rotate a part of them cannot be opened.");
        }
        const double theta = real("freq_base", kUsualTheta);
        Json rope{{"rope_type", "default"}, {"rope_theta", theta}};
        addScaling(rope);
        if (const GgufTensor* factors = m_file.tensor(kFactorsTensor)) {
            addLlama3(rope, *factors, theta, headSize);
        }
        return rope;
    }

private:
    double real(const char* key, double fallback) const
    {
        const Json* value = m_file.find(m_prefix + key);
        if (value == nullptr) {
            return fallback;
        }
        if (!value->is_number()) {
            throw Error(ErrorCode::Corrupt, m_file.where() + ": " + m_prefix + key + " is " +
                                                compactText(*value) + ", not a number.");
        }
        return value->get<double>();
    }

    void addScaling(Json& rope) const
    {
        const Json* kind = m_file.find(m_prefix + "scaling.type");
        const double factor = real("scaling.factor", real("scale_linear", 1));
        if (kind == nullptr ? factor == 1 : *kind == "none") {
            return;
        }
        if (kind != nullptr && *kind != "linear") {
            throw Error(ErrorCode::Unsupported, m_file.where() + ": " + m_prefix +
                                                    "scaling.type is " + compactText(*kind) +
                                                    "; known are none and linear.");
        }
        rope["rope_type"] = "linear";
        rope["factor"] = factor;
    }

    /// The file has the outcome, config.json the rule: the rule that gives this outcome is looked
    /// for among those in use.
    void addLlama3(Json& rope, const GgufTensor& tensor, double theta, std::int64_t headSize) const
    {
        if (tensor.packing.type != BlockType::F32 || tensor.elements() != headSize / 2 ||
            tensor.shape.size() != 1 || rope["rope_type"] != "default") {
            throw Error(ErrorCode::Corrupt, m_file.where() + ": " + std::string(kFactorsTensor) +
                                                " does not hold " + std::to_string(headSize / 2) +
                                                " numbers of type F32, one for each pair of a head,"
                                                " beside no other scaling.");
        }
        std::vector<float> factors(static_cast<std::size_t>(headSize / 2));
        m_file.readRows(tensor, 0, 1, factors.data());
        const double factor = static_cast<double>(factors.back()); // the longest wave's
        for (const double original : {8192.0, 4096.0, 16384.0, 32768.0, 131072.0}) {
            const Llama3Scaling scaling{.factor = factor, .originalPositions = original};
            if (isClose(rotaryFactors(scaling, theta, headSize), factors)) {
                rope["rope_type"] = "llama3";
                rope["factor"] = factor;
                rope["low_freq_factor"] = scaling.lowFrequencyFactor;
                rope["high_freq_factor"] = scaling.highFrequencyFactor;
                rope["original_max_position_embeddings"] = static_cast<std::int64_t>(original);
                return;
            }
        }
        throw Error(ErrorCode::Unsupported,
                    m_file.where() + ": " + std::string(kFactorsTensor) +
                        " stretches the frequencies in a way that no llama3 scaling in use does "
                        "(low_freq_factor 1, high_freq_factor 4). Use the Hugging Face folder of "
                        "the model.");
    }

    static bool isClose(const std::vector<float>& a, const std::vector<float>& b)
    {
        constexpr double kRelative = 1e-5;
        return std::ranges::equal(
            a, b, [&](double x, double y) { return std::abs(x - y) <= kRelative * std::abs(y); });
    }

    const GgufFile& m_file;
    std::string m_prefix;
};

} // namespace

std::vector<float> rotaryFactors(const Llama3Scaling& scaling, double theta, std::int64_t headSize)
{
    const double longest = scaling.originalPositions / scaling.lowFrequencyFactor;
    const double shortest = scaling.originalPositions / scaling.highFrequencyFactor;
    std::vector<float> factors;
    for (std::int64_t i = 0; i < headSize; i += 2) {
        const double exponent = static_cast<double>(i) / static_cast<double>(headSize);
        const double wavelength = 2 * M_PI * std::pow(theta, exponent);
        double factor = wavelength > longest ? scaling.factor : 1;
        if (wavelength >= shortest && wavelength <= longest) {
            const double smooth =
                (scaling.originalPositions / wavelength - scaling.lowFrequencyFactor) /
                (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
            factor = 1 / ((1 - smooth) / scaling.factor + smooth);
        }
        factors.push_back(static_cast<float>(factor));
    }
    return factors;
}

Json rotaryOf(const GgufFile& file, const GgufArchitecture& family, std::int64_t headSize)
{
    return RotaryReader(file, family).read(headSize);
}

} // namespace espalier
