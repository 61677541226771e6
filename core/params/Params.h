// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// One plain struct of a method gives schema, form, command-line help, validation and report.
//
//     struct WandaParams {
//         double sparsity = 0.5;
//     };
//     void fields(auto& field, WandaParams& p)
//     {
//         field(p.sparsity, { .key = "sparsity", .label = "Target sparsity",
//                               .help = "Share of weights set to zero in every output row.",
//                               .domain = RealRange { .min = 0.0, .max = 0.95 } });
//     }
//
// Members may be bool, std::int64_t, double, std::string, an enum (with `enumNames(E)` found by
// ADL, giving a list of {value, name} pairs), std::optional of those (absent: null) and std::vector
// of those.

namespace espalier {

/// A parameter's value: nothing (an absent optional), a flag, a number, a text, or a list of
/// values.
struct ParamValue : std::variant<std::monostate, bool, std::int64_t, double, std::string,
                                 std::vector<ParamValue>> {
    using variant::variant;
    using Base = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                              std::vector<ParamValue>>;

    ParamValue(const char* text)
        : variant(std::string(text))
    {
    }

    ParamValue(int number)
        : variant(std::int64_t{number})
    {
    }

    friend bool operator==(const ParamValue& a, const ParamValue& b)
    {
        return static_cast<const Base&>(a) == static_cast<const Base&>(b);
    }
};

using ParamValues = std::map<std::string, ParamValue, std::less<>>;

struct Flag {};

struct IntRange {
    std::int64_t min = INT64_MIN;
    std::int64_t max = INT64_MAX;
    std::int64_t multipleOf = 1;
};

struct RealRange {
    double min = -1e300;
    double max = 1e300;
    bool logarithmic = false; // the form steps by factors
};

struct Choice {
    std::vector<std::string> options = {};
};

struct Text {
    std::string pattern = {}; // ECMAScript regular expression for the whole text; empty: anything
    std::string patternHelp = {}; // the same in words: "unstructured, or N:M such as 2:4"
    bool file = false;            // the form offers a file chooser
};

struct ListOf {
    std::variant<IntRange, RealRange, Choice, Text> element = {};
    std::size_t minSize = 0;
    std::size_t maxSize = 1000000;
};

struct ParamSpec {
    std::string key = {};   // stable: stored with every run; words joined by '-'
    std::string label = {}; // shown in the form, with `symbol` of the paper after it
    std::string help = {};  // one sentence
    std::string unit = {}, symbol = {}, group = {};
    bool advanced = false;
    std::variant<Flag, IntRange, RealRange, Choice, Text, ListOf> domain = {};
    bool optional = false;    // may be absent; filled in from the member's type
    ParamValue fallback = {}; // filled in from the struct's default
};

using ParamSchema = std::vector<ParamSpec>;

/// One finding of validate(): which key, why in a sentence with both values, what would repair it.
struct ParamIssue {
    std::string key = {}, message = {};
    std::vector<ParamValue> suggestions = {};
    bool blocks = true;

    bool operator==(const ParamIssue&) const = default;
};

/// Unknown keys (with the nearest known one as a suggestion), wrong types, values out of their
/// domain. Empty: everything is fine. '-' and '_' in keys are alike.
ESPALIER_API std::vector<ParamIssue> validate(const ParamValues& values, const ParamSchema& schema);

/// `values` with every missing key filled in, integers widened to reals where the schema wants
/// reals, and keys spelt as the schema spells them. Call after validate() found nothing.
ESPALIER_API ParamValues completed(const ParamValues& values, const ParamSchema& schema);

/// A value from a command line or a form field ("0.5", "50 %", "1e-4", "0,2,4", "true"), typed by
/// the schema. Text that does not fit comes back as text, for validate() to complain about.
ESPALIER_API ParamValue parseParam(std::string_view text, const ParamSpec& spec);

/// As a person would type it; parseParam() reads it back.
ESPALIER_API std::string toText(const ParamValue& value);

ESPALIER_API Json toJson(const ParamValue& value);
ESPALIER_API Json toJson(const ParamValues& values);
ESPALIER_API ParamValue paramFromJson(const Json& value);
ESPALIER_API ParamValues paramsFromJson(const Json& object);

/// nullptr when there is none; '-' and '_' are alike.
ESPALIER_API const ParamSpec* findSpec(const ParamSchema& schema, std::string_view key);

/// Up to `count` of `known` that look like `word`, nearest first (edit distance).
ESPALIER_API std::vector<std::string>
nearest(std::string_view word, const std::vector<std::string>& known, std::size_t count = 1);

namespace params_detail {

template <class T>
struct IsOptional : std::false_type {
};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
};

template <class T>
struct IsVector : std::false_type {
};

template <class T>
struct IsVector<std::vector<T>> : std::true_type {
};

template <class T>
ParamValue toValue(const T& member)
{
    if constexpr (IsOptional<T>::value) {
        return member ? toValue(*member) : ParamValue{};
    } else if constexpr (IsVector<T>::value) {
        std::vector<ParamValue> list;
        for (const auto& element : member) {
            list.push_back(toValue(element));
        }
        return list;
    } else if constexpr (std::is_enum_v<T>) {
        for (const auto& [value, name] : enumNames(T{})) {
            if (value == member) {
                return std::string(name);
            }
        }
        return {};
    } else {
        return member;
    }
}

template <class T>
void fromValue(T& member, const ParamValue& value)
{
    if constexpr (IsOptional<T>::value) {
        if (std::holds_alternative<std::monostate>(value)) {
            member.reset();
        } else {
            fromValue(member.emplace(), value);
        }
    } else if constexpr (IsVector<T>::value) {
        member.clear();
        for (const ParamValue& element : std::get<std::vector<ParamValue>>(value)) {
            fromValue(member.emplace_back(), element);
        }
    } else if constexpr (std::is_enum_v<T>) {
        const auto& wanted = std::get<std::string>(value);
        for (const auto& [known, name] : enumNames(T{})) {
            if (name == wanted) {
                member = known;
            }
        }
    } else {
        member = std::get<T>(value);
    }
}

template <class T>
void fillDomain(ParamSpec& spec)
{
    if constexpr (IsOptional<T>::value) {
        spec.optional = true;
        fillDomain<typename T::value_type>(spec);
    } else if constexpr (std::is_enum_v<T>) {
        Choice choice;
        for (const auto& [value, name] : enumNames(T{})) {
            choice.options.emplace_back(name);
        }
        spec.domain = std::move(choice);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        if (std::holds_alternative<Flag>(spec.domain)) {
            spec.domain = IntRange{};
        }
    } else if constexpr (std::is_same_v<T, double>) {
        if (std::holds_alternative<Flag>(spec.domain)) {
            spec.domain = RealRange{};
        }
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (std::holds_alternative<Flag>(spec.domain)) {
            spec.domain = Text{};
        }
    }
}

} // namespace params_detail

/// The schema of a parameter struct, with its defaults as fallbacks.
template <class P>
ParamSchema schemaOf()
{
    ParamSchema schema;
    P defaults{};
    auto field = [&](auto& member, ParamSpec spec) {
        params_detail::fillDomain<std::remove_cvref_t<decltype(member)>>(spec);
        spec.fallback = params_detail::toValue(member);
        schema.push_back(std::move(spec));
    };
    fields(field, defaults);
    return schema;
}

/// The struct from values that validate() and completed() have passed.
template <class P>
P readParams(const ParamValues& values)
{
    P result{};
    auto field = [&](auto& member, const ParamSpec& spec) {
        if (const auto found = values.find(spec.key); found != values.end()) {
            params_detail::fromValue(member, found->second);
        }
    };
    fields(field, result);
    return result;
}

} // namespace espalier
