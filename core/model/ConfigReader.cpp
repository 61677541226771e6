// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ConfigReader.h"

#include "core/base/Error.h"

#include <algorithm>
#include <sstream>

namespace espalier {

namespace {

constexpr const char* kOriginalPositions = "original_max_position_embeddings";
constexpr Bounds kPositions{1, 1e9};

std::string boundsText(Bounds bounds)
{
    std::ostringstream text;
    text << "between " << bounds.least << " and " << bounds.most;
    return text.str();
}

} // namespace

ConfigReader::ConfigReader(const Json& object, const Path& source)
    : m_object(object)
    , m_source(source)
{
    if (!object.is_object()) {
        throw Error(ErrorCode::Corrupt, source.string() + " holds no JSON object.");
    }
}

void ConfigReader::refuse(const std::string& key, const std::string& expectation) const
{
    const std::string value = has(key) ? "is " + compactText(m_object.at(key)) : "is missing";
    throw Error(ErrorCode::InvalidInput,
                m_source.string() + ": " + key + " " + value + "; expected " + expectation + ".");
}

bool ConfigReader::has(const std::string& key) const
{
    return m_object.contains(key) && !m_object.at(key).is_null();
}

bool ConfigReader::isNull(const std::string& key) const
{
    return m_object.contains(key) && m_object.at(key).is_null();
}

const Json& ConfigReader::at(const std::string& key) const
{
    return m_object.at(key);
}

std::int64_t ConfigReader::integer(const std::string& key, Bounds bounds,
                                   std::optional<std::int64_t> fallback) const
{
    if (!has(key) && fallback) {
        return *fallback;
    }
    const std::string expectation = "a whole number " + boundsText(bounds);
    if (!has(key) || !at(key).is_number_integer() || at(key).get<double>() < bounds.least ||
        at(key).get<double>() > bounds.most) {
        refuse(key, expectation);
    }
    return at(key).get<std::int64_t>();
}

double ConfigReader::real(const std::string& key, Bounds bounds,
                          std::optional<double> fallback) const
{
    if (!has(key) && fallback) {
        return *fallback;
    }
    // Written so that a NaN is refused too.
    if (!has(key) || !at(key).is_number() ||
        !(at(key).get<double>() >= bounds.least && at(key).get<double>() <= bounds.most)) {
        refuse(key, "a number " + boundsText(bounds));
    }
    return at(key).get<double>();
}

bool ConfigReader::flag(const std::string& key, bool fallback) const
{
    if (!has(key)) {
        return fallback;
    }
    if (!at(key).is_boolean()) {
        refuse(key, "true or false");
    }
    return at(key).get<bool>();
}

std::string ConfigReader::text(const std::string& key, const std::string& fallback) const
{
    if (!has(key)) {
        return fallback;
    }
    if (!at(key).is_string()) {
        refuse(key, "a text");
    }
    return at(key).get<std::string>();
}

std::optional<std::vector<bool>> ConfigReader::byBlock(const std::string& key, std::int64_t blocks,
                                                       const Json& no, const Json& yes) const
{
    if (!has(key)) {
        return std::nullopt;
    }
    const Json& list = at(key);
    const auto isEither = [&](const Json& value) { return value == no || value == yes; };
    if (!list.is_array() || static_cast<std::int64_t>(list.size()) != blocks ||
        !std::ranges::all_of(list, isEither)) {
        refuse(key, "a list of " + std::to_string(blocks) + ", for each block " + compactText(no) +
                        " or " + compactText(yes));
    }
    std::vector<bool> values;
    for (const Json& value : list) {
        values.push_back(value == yes);
    }
    return values;
}

std::vector<std::int64_t> ConfigReader::tokens(const std::string& key) const
{
    if (!has(key)) {
        return {};
    }
    const Json list = at(key).is_array() ? at(key) : Json::array({at(key)});
    std::vector<std::int64_t> ids;
    for (const Json& id : list) {
        if (!id.is_number_integer()) {
            refuse(key, "a token id or a list of them");
        }
        ids.push_back(id.get<std::int64_t>());
    }
    return ids;
}

NumberType ConfigReader::storedType() const
{
    const std::string key = has("dtype") ? "dtype" : "torch_dtype";
    const std::string name = text(key, "float32");
    if (name == "float32" || name == "torch.float32") {
        return NumberType::Float32;
    }
    if (name == "bfloat16" || name == "torch.bfloat16") {
        return NumberType::BFloat16;
    }
    if (name == "float16" || name == "torch.float16") {
        return NumberType::Float16;
    }
    refuse(key, "float32, bfloat16 or float16");
}

void ConfigReader::readRope(ModelConfig& config) const
{
    constexpr Bounds kTheta{1.0, 1e12};
    config.ropeTheta = real("rope_theta", kTheta, config.ropeTheta);
    if (has("rope_parameters") && has("rope_scaling") &&
        at("rope_parameters") != at("rope_scaling")) {
        throw Error(ErrorCode::InvalidInput,
                    m_source.string() + " has rope_parameters and rope_scaling, and they differ. "
                                        "Remove the one that the model was not trained with.");
    }
    for (const std::string key : {"rope_parameters", "rope_scaling"}) {
        if (has(key)) {
            if (!at(key).is_object()) {
                refuse(key, "an object");
            }
            const ConfigReader rope(at(key), m_source);
            config.ropeTheta = rope.real("rope_theta", kTheta, config.ropeTheta);
            rope.readRopeScaling(config.ropeScaling);
            if (config.ropeScaling.kind == "llama3" && !rope.has(kOriginalPositions)) {
                config.ropeScaling.originalMaxPositions = integer(kOriginalPositions, kPositions);
            }
            return;
        }
    }
}

void ConfigReader::readRopeScaling(RopeScaling& scaling) const
{
    const std::string key = has("rope_type") ? "rope_type" : "type";
    scaling.kind = text(key, "default");
    if (scaling.kind == "default") {
        return;
    }
    if (scaling.kind != "linear" && scaling.kind != "llama3") {
        throw Error(ErrorCode::Unsupported, m_source.string() + ": " + key + " is \"" +
                                                scaling.kind +
                                                "\"; known are default, linear and llama3.");
    }
    constexpr Bounds kFactor{1.0, 1e6};
    scaling.factor = real("factor", kFactor);
    if (scaling.kind == "llama3") {
        scaling.lowFrequencyFactor = real("low_freq_factor", {1e-6, 1e6});
        scaling.highFrequencyFactor = real("high_freq_factor", {1e-6, 1e6});
        if (has(kOriginalPositions)) { // else beside the object, as Transformers 5 allows
            scaling.originalMaxPositions = integer(kOriginalPositions, kPositions);
        }
        if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) {
            refuse("high_freq_factor",
                   "more than low_freq_factor, " + compactText(at("low_freq_factor")));
        }
    }
}

} // namespace espalier
