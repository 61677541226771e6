// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/RunDiff.h"
#include "core/base/FolderPath.h"
#include "core/report/NameWords.h"
#include "core/report/RunGroups.h"

#include <algorithm>
#include <set>

namespace espalier {

namespace {

constexpr std::string_view kRunReference = "run:";

class GroupNames {
public:
    GroupNames(ReportData& data, const StoreReader& store, const ReportOptions& options)
        : m_data(data)
        , m_store(store)
        , m_options(options)
    {
        for (const RunGroup& group : data.groups) {
            m_fields.push_back(specFields(group.members.front().record.spec));
        }
        countValues();
    }

    void name()
    {
        nameFolders();
        for (RunGroup& group : m_data.groups) {
            group.method = methodOf(group);
            group.pattern = patternOf(group.members.front().record.spec);
        }
        for (const bool bookkeeping : {false, true}) {
            std::set<std::string> distinct;
            for (std::size_t i = 0; i < m_fields.size(); ++i) {
                RunGroup& group = m_data.groups[i];
                group.settings = settingsText(i, bookkeeping);
                distinct.insert(group.method + "\n" + group.settings);
            }
            if (distinct.size() == m_fields.size()) {
                break;
            }
        }
        nameLines();
        giveSlots();
        findCommon();
    }

private:
    void countValues()
    {
        for (const Fields& fields : m_fields) {
            for (const auto& [key, value] : fields) {
                m_values[key].insert(value);
            }
        }
        for (const Fields& fields : m_fields) { // absent is a value too, within a method
            for (const auto& [key, values] : m_values) {
                m_methodValues[valueOr(fields, "method") + "\n" + key].insert(valueOr(fields, key));
            }
        }
    }

    bool isShown(const Fields& fields, const std::string& key) const
    {
        if (isModel(key)) { // the one folder most runs share is told once
            return fields.at(key).starts_with(kRunReference) ? m_values.at(key).size() > 1
                                                             : m_manyFolders;
        }
        return setsApart(key) &&
               (m_values.at(key).size() > 1 ||
                m_methodValues.at(valueOr(fields, "method") + "\n" + key).size() > 1);
    }

    void nameFolders()
    {
        std::map<std::string, std::set<std::string>> pathsOf;
        std::set<std::string> models;
        for (const char* key : {"model", "teacher"}) {
            for (const Fields& fields : m_fields) {
                const std::string path = valueOr(fields, key);
                if (!path.empty() && !path.starts_with(kRunReference)) {
                    pathsOf[folderName(path)].insert(path);
                    models.insert(path);
                }
            }
        }
        for (const auto& [name, paths] : pathsOf) {
            for (const std::string& path : paths) {
                const std::string shown = paths.size() > 1 || name.empty() ? path : name;
                m_folderNames[path] = shown;
                m_data.folders[shown] = path;
            }
        }
        m_manyFolders = models.size() > 1;
    }

    static std::string sharedTitle(const RunGroup& group)
    {
        const std::string& title = group.members.front().record.spec.title;
        const bool shared = std::ranges::all_of(
            group.members, [&](const MeasuredRun& run) { return run.record.spec.title == title; });
        return shared ? title : std::string();
    }

    std::string methodOf(const RunGroup& group) const
    {
        const std::string& id = group.members.front().record.spec.method;
        const std::string title = sharedTitle(group);
        return id == "none"            ? std::string("Unchanged model")
               : m_options.methodTitle ? m_options.methodTitle(id)
               : title.empty()         ? id
                                       : title;
    }

    std::string patternOf(const RunSpec& spec) const
    {
        std::string pattern = valueOr(specFields(spec), kPattern);
        std::optional<RunId> source = runReference(spec.model);
        for (int depth = 0; pattern.empty() && source && depth < 8; ++depth) {
            const std::optional<RunRecord> record = m_store.run(*source);
            pattern = record ? valueOr(specFields(record->spec), kPattern) : std::string();
            source = record ? runReference(record->spec.model) : std::nullopt;
        }
        return pattern == kUnstructured ? std::string() : pattern;
    }

    /// "SparseGPT 50 % (run 0012)", or with every run when the seeds began from different ones.
    std::string referenceText(const RunGroup& group, const std::string& key) const
    {
        std::set<RunId> ids;
        for (const MeasuredRun& run : group.members) {
            const RunSpec& spec = run.record.spec;
            if (const auto id = runReference(key == "model" ? spec.model : spec.teacher)) {
                ids.insert(*id);
            }
        }
        std::string numbers;
        for (const RunId id : ids) {
            numbers += (numbers.empty() ? "" : ", ") + toText(id);
        }
        numbers = (ids.size() > 1 ? "runs " : "run ") + numbers;
        const std::optional<RunRecord> record = m_store.run(*ids.begin());
        if (!record) {
            return "of " + numbers;
        }
        RunGroup source;
        source.members.push_back({*record, {}});
        const std::string title = sharedTitle(source);
        return extended(title.empty() ? methodOf(source) : title,
                        zerosOf(specFields(record->spec))) +
               " (" + numbers + ")";
    }

    std::string shownValue(std::size_t group, const std::string& key) const
    {
        const std::string& value = m_fields[group].at(key);
        if (!isModel(key)) {
            return value;
        }
        return value.starts_with(kRunReference) ? referenceText(m_data.groups[group], key)
                                                : m_folderNames.at(value);
    }

    /// Keys that set the group apart: zeros first, then the model, then the rest.
    std::vector<std::string> shownKeys(std::size_t group, bool bookkeeping) const
    {
        std::vector<std::string> keys;
        for (const auto& [key, value] : m_fields[group]) {
            if (isShown(m_fields[group], key) && (bookkeeping || !isBookkeeping(key))) {
                keys.push_back(key);
            }
        }
        std::ranges::stable_sort(keys, {}, [](const std::string& key) {
            return key == kPattern || key == kSparsity ? 0
                   : key == "model"                    ? 1
                   : key.starts_with("params.")        ? 2
                                                       : 3;
        });
        return keys;
    }

    std::string settingsText(std::size_t group, bool bookkeeping) const
    {
        std::vector<std::string> parts;
        bool commas = false; // inside a value
        for (const std::string& key : shownKeys(group, bookkeeping)) {
            parts.push_back(shownKey(key) + " " + shownValue(group, key));
            commas = commas || parts.back().find(',') != std::string::npos;
        }
        std::string text;
        for (const std::string& part : parts) {
            text += (text.empty() ? "" : commas ? "; " : ", ") + part;
        }
        return text;
    }

    struct Line {
        std::string base = {}, rest = {};
    };

    /// The name without sparsity, its pattern, and every other setting.
    Line lineOf(std::size_t i) const
    {
        const RunGroup& group = m_data.groups[i];
        const std::string title = sharedTitle(group);
        Line line;
        line.base = title.empty() || group.members.front().record.spec.method == "none"
                        ? group.method
                        : title;
        for (const std::string& key : shownKeys(i, false)) {
            if (key == kSparsity) {
                line.base = withoutShare(line.base, zerosOf({{key, m_fields[i].at(key)}}).front());
            } else if (key == kPattern) {
                line.base = extended(line.base, zerosOf({{key, m_fields[i].at(key)}}));
            } else {
                line.rest += ", " + shownKey(key) + " " + shownValue(i, key);
            }
        }
        return line;
    }

    void nameLines()
    {
        std::map<std::string, std::set<std::string>> restsOf;
        std::vector<Line> lines;
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            lines.push_back(lineOf(i));
            restsOf[lines[i].base].insert(lines[i].rest);
        }
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            RunGroup& group = m_data.groups[i];
            const bool needsRest = restsOf[lines[i].base].size() > 1;
            const std::string rest = needsRest ? lines[i].rest : std::string();
            group.family = lines[i].base + rest;
            const bool tellsSparsity =
                m_fields[i].contains(kSparsity) && isShown(m_fields[i], kSparsity);
            Fields zeros;
            if (tellsSparsity) {
                zeros[kSparsity] = m_fields[i].at(kSparsity);
            }
            group.name = extended(lines[i].base, zerosOf(zeros)) + rest;
        }
    }

    void giveSlots()
    {
        std::map<std::string, std::size_t> slots;
        for (RunGroup& group : m_data.groups) {
            const std::size_t next =
                slots.size() < kChartReferenceSlot ? slots.size() : slots.size() + 1;
            group.slot = group.members.front().record.spec.method == "none"
                             ? kChartReferenceSlot
                             : slots.try_emplace(group.family, next).first->second;
        }
    }

    void findCommon()
    {
        for (std::size_t i = 0; m_fields.size() > 1 && i < m_fields.size(); ++i) {
            for (const auto& [key, value] : m_fields[i]) {
                const bool told = key.starts_with("calibration."); // has a sentence of its own
                const bool same = m_values.at(key).size() == 1 ||
                                  (isModel(key) && !value.starts_with(kRunReference));
                if (setsApart(key) && !told && same && !isShown(m_fields[i], key)) {
                    m_data.common[shownKey(key)] = shownValue(i, key);
                }
            }
        }
    }

    ReportData& m_data;
    const StoreReader& m_store;
    const ReportOptions& m_options;
    std::vector<Fields> m_fields = {};                                // one a group
    std::map<std::string, std::set<std::string>> m_values = {};       // by key
    std::map<std::string, std::set<std::string>> m_methodValues = {}; // by method and key
    std::map<std::string, std::string> m_folderNames = {};            // by path
    bool m_manyFolders = false;
};

} // namespace

void nameGroups(ReportData& data, const StoreReader& store, const ReportOptions& options)
{
    GroupNames(data, store, options).name();
}

} // namespace espalier
