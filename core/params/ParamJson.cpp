// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/params/Params.h"

namespace espalier {

Json toJson(const ParamValue& value)
{
    if (const auto* flag = std::get_if<bool>(&value)) {
        return *flag;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return *integer;
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return numberToJson(*real);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    if (const auto* list = std::get_if<std::vector<ParamValue>>(&value)) {
        Json array = Json::array();
        for (const ParamValue& element : *list) {
            array.push_back(toJson(element));
        }
        return array;
    }
    return nullptr;
}

Json toJson(const ParamValues& values)
{
    Json object = Json::object();
    for (const auto& [key, value] : values) {
        object[key] = toJson(value);
    }
    return object;
}

ParamValue paramFromJson(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::null:
        return {};
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::number_integer:
        return value.get<std::int64_t>();
    case Json::value_t::number_unsigned:
        if (value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
            throw Error(ErrorCode::InvalidInput,
                        "The parameter value " + compactText(value) + " is larger than " +
                            std::to_string(INT64_MAX) +
                            ", the largest whole number a parameter can hold.");
        }
        return value.get<std::int64_t>();
    case Json::value_t::number_float:
        return value.get<double>();
    case Json::value_t::string:
        return value.get<std::string>();
    case Json::value_t::array: {
        std::vector<ParamValue> list;
        for (const Json& element : value) {
            list.push_back(paramFromJson(element));
        }
        return list;
    }
    default:
        throw Error(ErrorCode::InvalidInput,
                    "A parameter is a flag, a number, a text or a list of those, but " +
                        compactText(value) + " is an object. Write one value per parameter.");
    }
}

ParamValues paramsFromJson(const Json& object)
{
    if (!object.is_object()) {
        throw Error(ErrorCode::InvalidInput,
                    "Parameters are an object of keys and values, but found " +
                        compactText(object) + ".");
    }
    ParamValues values;
    for (const auto& [key, value] : object.items()) {
        values[key] = paramFromJson(value);
    }
    return values;
}

} // namespace espalier
