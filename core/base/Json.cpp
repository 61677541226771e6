// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"

#include "core/base/Error.h"

#include <cmath>
#include <limits>

namespace espalier {

Json parseJson(std::string_view text, std::string_view source)
{
    if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
        // the parser would take it for the end and never see what follows
        throw Error(ErrorCode::Corrupt, std::string(source) + " is not valid JSON: byte " +
                                            std::to_string(zero + 1) +
                                            " is zero. Copy the file again, or repair it there.");
    }
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        throw Error(ErrorCode::Corrupt, std::string(source) + " is not valid JSON: byte " +
                                            std::to_string(error.byte) + " of " +
                                            std::to_string(text.size()) +
                                            ". Copy the file again, or repair it there.");
    } catch (const Json::out_of_range&) {
        throw Error(ErrorCode::Corrupt, std::string(source) +
                                            " is not valid JSON: it has a number too large for any "
                                            "use. Copy the file again, or repair it there.");
    }
}

std::string compactText(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json numberToJson(double value)
{
    if (std::isnan(value)) {
        return nullptr;
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    return value;
}

double numberFromJson(const Json& value)
{
    if (value.is_number()) {
        return value.get<double>();
    }
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        if (text == "inf") {
            return kInfinity;
        }
        if (text == "-inf") {
            return -kInfinity;
        }
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace espalier
