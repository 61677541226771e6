// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/SpecReader.h"

#include "core/base/Error.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

/// One object of a spec; knows its dotted key for messages.
class Reader {
public:
    Reader(const Json& object, const SpecPlace& place, std::string key)
        : m_object(object)
        , m_place(place)
        , m_key(std::move(key))
    {
        if (!object.is_object()) {
            wrong(m_key, object, "must be an object of keys and values");
        }
    }

    void allowOnly(const std::vector<std::string>& known) const
    {
        for (const auto& [key, value] : m_object.items()) {
            if (std::ranges::find(known, key) == known.end()) {
                failUnknownKey(path(key), known, m_place(path(key)));
            }
        }
    }

    const Json* find(const std::string& key) const
    {
        const auto found = m_object.find(key);
        return found == m_object.end() || found->is_null() ? nullptr : &*found;
    }

    void read(const std::string& key, std::string& member) const
    {
        if (const Json* value = find(key)) {
            if (!value->is_string()) {
                wrong(path(key), *value, "must be a text; put it in quotes");
            }
            member = value->get<std::string>();
        }
    }

    void read(const std::string& key, std::int64_t& member, std::int64_t min) const
    {
        if (const Json* value = find(key)) {
            member = integer(path(key), *value, min);
        }
    }

    std::int64_t integer(const std::string& where, const Json& value, std::int64_t min) const
    {
        const bool tooLarge = value.is_number_unsigned() &&
                              value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
        if (!value.is_number_integer() || tooLarge || value.get<std::int64_t>() < min) {
            wrong(where, value,
                  min == INT64_MIN ? "must be a whole number"
                                   : "must be a whole number, at least " + std::to_string(min));
        }
        return value.get<std::int64_t>();
    }

    [[noreturn]] void wrong(const std::string& key, const Json& value,
                            const std::string& wanted) const
    {
        throw Error(ErrorCode::InvalidInput, m_place(key) + ": " + (key.empty() ? "this" : key) +
                                                 " is " + compactText(value) + ", but " + wanted +
                                                 ".");
    }

    std::string path(const std::string& key) const
    {
        return m_key.empty() ? key : m_key + "." + key;
    }

    const SpecPlace& place() const { return m_place; }

private:
    const Json& m_object;
    const SpecPlace& m_place;
    std::string m_key;
};

DataSpec readData(const Json& value, const SpecPlace& place, const std::string& key)
{
    DataSpec data;
    if (value.is_string()) {
        data.source = value.get<std::string>();
        return data;
    }
    const Reader reader(value, place, key);
    reader.allowOnly({"source", "length", "windows"});
    reader.read("source", data.source);
    reader.read("length", data.length, 0);
    reader.read("windows", data.windows, 0);
    return data;
}

EvaluationSpec readEvaluation(const Json& value, const SpecPlace& place, const std::string& key)
{
    if (value.is_string()) {
        return evaluationFromText(value.get<std::string>());
    }
    EvaluationSpec evaluation;
    const Reader reader(value, place, key);
    reader.allowOnly({"kind", "data"});
    reader.read("kind", evaluation.kind);
    if (const Json* data = reader.find("data")) {
        evaluation.data = readData(*data, place, reader.path("data"));
    }
    return evaluation;
}

ExportSpec readExport(const Json& value, const SpecPlace& place, const std::string& key)
{
    if (value.is_string()) {
        return exportFromText(value.get<std::string>());
    }
    ExportSpec result;
    const Reader reader(value, place, key);
    reader.allowOnly({"format", "folder"});
    reader.read("format", result.format);
    reader.read("folder", result.folder);
    return result;
}

template <class Read>
void readList(const Reader& reader, const std::string& key, const Read& read)
{
    const Json* list = reader.find(key);
    if (!list) {
        return;
    }
    if (!list->is_array()) {
        reader.wrong(reader.path(key), *list, "must be a list");
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        read((*list)[i], reader.path(key) + "." + std::to_string(i));
    }
}

void readParams(const Reader& reader, RunSpec& spec)
{
    const Json* params = reader.find("params");
    if (!params) {
        return;
    }
    if (!params->is_object()) {
        reader.wrong("params", *params, "must be an object of keys and values");
    }
    for (const auto& [key, value] : params->items()) {
        if (value.is_object()) {
            reader.wrong("params." + key, value,
                         "must be a flag, a number, a text or a list of those");
        }
        spec.params[key] = paramFromJson(value);
    }
}

/// A parameter that has become a key of the run.
struct MovedParam {
    std::string_view method, key;
    std::int64_t RunSpec::*member;
};

constexpr std::array kMovedParams{MovedParam{"distill-logits", "batch", &RunSpec::batch}};

/// Specs and recipes from before a parameter moved still have it, and mean it: it wins over the key
/// of the run, which it overruled then.
void readMovedParams(const Reader& reader, RunSpec& spec)
{
    for (const MovedParam& moved : kMovedParams) {
        const std::string key(moved.key);
        if (spec.method != moved.method || spec.params.erase(key) == 0) {
            continue;
        }
        const Json& value = reader.find("params")->at(key);
        if (!value.is_null()) { // absent: the run's own
            spec.*moved.member = reader.integer("params." + key, value, 1);
        }
    }
}

void readNumbers(const Reader& reader, RunSpec& spec)
{
    if (const Json* seed = reader.find("seed")) {
        if (!seed->is_number_integer() ||
            (!seed->is_number_unsigned() && seed->get<std::int64_t>() < 0)) {
            reader.wrong("seed", *seed, "must be a whole number, at least 0");
        }
        spec.seed = seed->get<std::uint64_t>();
    }
    reader.read("threads", spec.threads, 0);
    reader.read("batch", spec.batch, 1);
    reader.read("priority", spec.priority, INT64_MIN);
    std::string dtype(nameOf(spec.dtype));
    reader.read("dtype", dtype);
    if (const auto known = numberTypeFromName(dtype)) {
        spec.dtype = *known;
    } else {
        reader.wrong("dtype", dtype, "must be fp32, bf16 or fp16");
    }
    readList(reader, "after", [&](const Json& value, const std::string& key) {
        spec.after.push_back(RunId{reader.integer(key, value, 1)});
    });
}

} // namespace

const std::vector<std::string>& specKeys()
{
    static const std::vector<std::string> keys{"title",   "experiment",  "method",   "model",
                                               "teacher", "calibration", "params",   "evaluations",
                                               "exports", "seed",        "threads",  "batch",
                                               "dtype",   "device",      "priority", "after"};
    return keys;
}

void failUnknownKey(const std::string& key, const std::vector<std::string>& known,
                    const std::string& place)
{
    const std::string word = key.substr(key.rfind('.') + 1);
    std::string message = place + ": there is no key \"" + key + "\"";
    const std::vector<std::string> near = nearest(word, known);
    if (!near.empty()) {
        throw Error(ErrorCode::InvalidInput, message + "; did you mean \"" + near.front() + "\"?");
    }
    std::string all;
    for (const std::string& name : known) {
        all += (all.empty() ? "" : ", ") + name;
    }
    throw Error(ErrorCode::InvalidInput, message + "; known here are " + all + ".");
}

RunSpec readSpec(const Json& object, const SpecPlace& place)
{
    RunSpec spec;
    const Reader reader(object, place, {});
    reader.allowOnly(specKeys());
    reader.read("title", spec.title);
    reader.read("experiment", spec.experiment);
    reader.read("method", spec.method);
    reader.read("model", spec.model);
    reader.read("teacher", spec.teacher);
    reader.read("device", spec.device);
    if (const Json* calibration = reader.find("calibration")) {
        spec.calibration = readData(*calibration, place, "calibration");
    }
    readParams(reader, spec);
    readList(reader, "evaluations", [&](const Json& value, const std::string& key) {
        spec.evaluations.push_back(readEvaluation(value, place, key));
    });
    readList(reader, "exports", [&](const Json& value, const std::string& key) {
        spec.exports.push_back(readExport(value, place, key));
    });
    readNumbers(reader, spec);
    readMovedParams(reader, spec);
    return spec;
}

} // namespace espalier
