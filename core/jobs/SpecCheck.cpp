// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/data/CalibrationSet.h"
#include "core/data/DataSource.h"
#include "core/export/GgufExport.h"
#include "core/jobs/RunWorker.h"
#include "core/method/Method.h"
#include "core/method/MethodCatalog.h"
#include "core/model/CausalLM.h"
#include "core/run/SpecLimits.h"
#include "core/tokenizer/Tokenizer.h"

// What can be known to be wrong with a spec before there is a run: names, and whether the files it
// names are there. What is in them is looked at when the run loads them.

namespace espalier {

namespace {

class SpecCheck {
public:
    SpecCheck(const RunSpec& spec, const MethodCatalog& methods)
        : m_spec(spec)
        , m_methods(methods)
    {
    }

    std::vector<ParamIssue> issues()
    {
        if (m_spec.model.empty()) {
            add("model", "No model is named. Give the folder of one with --model.");
        } else {
            m_config = checkModel("model", m_spec.model);
        }
        if (!m_spec.teacher.empty()) {
            checkModel("teacher", m_spec.teacher);
        }
        if (m_spec.method != "none") {
            checkMethod();
        }
        if (m_spec.calibration) {
            checkData("calibration", *m_spec.calibration);
        }
        for (const EvaluationSpec& evaluation : m_spec.evaluations) {
            checkEvaluation(evaluation);
        }
        checkNames();
        checkBlocks();
        return std::move(m_issues);
    }

private:
    void add(std::string key, std::string message)
    {
        m_issues.push_back({.key = std::move(key), .message = std::move(message)});
    }

    /// Nothing for run:ID, whose model may not be there yet.
    std::optional<ModelConfig> checkModel(const char* key, const std::string& folder)
    {
        if (folder.starts_with("run:")) {
            return std::nullopt;
        }
        try {
            ModelConfig config = readModelConfig(folder);
            Checkpoint::open(folder); // its weight files are there and whole
            return config;
        } catch (const Error& error) {
            add(key, error.what());
            return std::nullopt;
        }
    }

    void checkMethod()
    {
        const Method* method = m_methods.find(m_spec.method);
        if (method == nullptr) {
            try {
                m_methods.require(m_spec.method);
            } catch (const Error& error) {
                add("method", error.what());
            }
            return;
        }
        for (ParamIssue& issue : method->issues(m_spec.params, m_config ? &*m_config : nullptr)) {
            m_issues.push_back(std::move(issue));
        }
        const Needs needs = method->needs();
        const std::string title = method->info().title;
        const bool fits =
            !m_config || std::ranges::find(needs.kinds, m_config->kind) != needs.kinds.end();
        if (!fits && m_config->kind == ModelKind::LinearsOnly) {
            addUnknown(title);
        } else if (!fits) {
            add("model", title + " works on " + kindsText(needs.kinds) + "; the model is " +
                             whatItIs() + ". Choose another model or method.");
        } else if (m_config && m_config->kind != ModelKind::CausalLM && !needs.gradients &&
                   m_spec.calibration) {
            add("calibration", "The model is " + whatItIs() +
                                   ", for which no calibration windows can be made. Leave the "
                                   "calibration set out.");
        }
        if (needs.teacher == Need::Required && m_spec.teacher.empty()) {
            add("teacher",
                title + " needs a teacher and none is named. Give its folder with --teacher.");
        }
        if (needs.calibration == Need::Required && !m_spec.calibration) {
            add("calibration", title + " needs a calibration set and none is named. Give one with "
                                       "--calibration, for example builtin:tinystories.");
        }
    }

    /// What is known, and what can be done with the rest.
    void addUnknown(const std::string& title)
    {
        try {
            familyFor(m_config->raw, Path(m_spec.model) / "config.json");
        } catch (const Error& error) {
            add("model", std::string(error.what()) + " " + title +
                             " computes with the model; of this one only the linears can be "
                             "pruned, by methods such as Magnitude that ask for no data.");
        }
    }

    static std::string kindsText(const std::vector<ModelKind>& kinds)
    {
        std::string text;
        for (const ModelKind kind : kinds) {
            text += (text.empty() ? "" : " or ") + std::string(describe(kind));
        }
        return text;
    }

    std::string whatItIs() const
    {
        return std::string(describe(m_config->kind)) + " (" + m_config->architecture + ")";
    }

    void checkData(const char* key, const DataSpec& data)
    {
        try {
            const DataSource source = parseDataSource(data.source, {});
            if (source.kind != SourceKind::Builtin) { // its folder is the worker's to know
                requireReadable(source.file);
            }
            if (source.kind != SourceKind::Tokens && m_config && !Tokenizer::isIn(m_spec.model)) {
                add(key,
                    "There is no " + (Path(m_spec.model) / "tokenizer.json").string() +
                        ", which the text of " + data.source +
                        " needs. Give a model folder with its tokenizer, or a tokens: source.");
            }
        } catch (const Error& error) {
            add(key, error.what());
        }
    }

    void checkEvaluation(const EvaluationSpec& evaluation)
    {
        const std::string& kind = evaluation.kind;
        const bool needsData = kind == "perplexity" || kind == "divergence";
        if (m_config && m_config->kind != ModelKind::CausalLM && (needsData || kind == "speed")) {
            add("evaluate", "The evaluation " + kind + " asks for " +
                                std::string(describe(ModelKind::CausalLM)) + "; the model is " +
                                whatItIs() + ". Leave it out, or choose footprint.");
            return;
        }
        if (!needsData && kind != "speed" && kind != "footprint") {
            add("evaluate", "There is no evaluation called \"" + kind +
                                "\". Known are perplexity, divergence, speed and footprint.");
        } else if (needsData && evaluation.data.source.empty()) {
            add("evaluate", "The evaluation " + kind + " needs data: write " + kind + ":SOURCE.");
        } else if (needsData) {
            checkData("evaluate", evaluation.data);
        }
    }

    /// A choice of blocks is a choice of the teacher's: the student starts as its copy.
    void checkBlocks()
    {
        const auto blocks = m_spec.params.find("blocks");
        if (blocks == m_spec.params.end() || toText(blocks->second).empty() ||
            m_spec.teacher.empty()) {
            return;
        }
        std::error_code ignored;
        const bool isSame = m_spec.model == m_spec.teacher ||
                            std::filesystem::equivalent(m_spec.model, m_spec.teacher, ignored);
        if (!isSame) {
            add("blocks", "Blocks are chosen from a copy of the teacher, but the model, " +
                              m_spec.model + ", is another than the teacher, " + m_spec.teacher +
                              ". Leave out the blocks, or name the teacher as the model.");
        }
    }

    void checkNames()
    {
        for (const ExportSpec& wanted : m_spec.exports) {
            if (wanted.format != "safetensors" && !ggufTypeOf(wanted.format)) {
                add("export", "There is no export format \"" + wanted.format +
                                  "\". Known are safetensors, gguf-f32, gguf-f16, gguf-bf16, "
                                  "gguf-q8_0, gguf-q4_0 and gguf-q4_1.");
            }
        }
        if (m_spec.threads > kMostThreads) {
            add("threads", std::to_string(m_spec.threads) + " threads are more than any machine " +
                               "has; ask for " + std::to_string(kMostThreads) + " at most.");
        }
        if (m_spec.device != "cpu" && !m_spec.device.starts_with("cuda:")) {
            add("device", "\"" + m_spec.device + "\" is not a device. Write cpu or cuda:N.");
        }
    }

    const RunSpec& m_spec;
    const MethodCatalog& m_methods;
    std::optional<ModelConfig> m_config;
    std::vector<ParamIssue> m_issues;
};

} // namespace

std::vector<ParamIssue> issuesOf(const RunSpec& spec, const MethodCatalog& methods)
{
    return SpecCheck(spec, methods).issues();
}

} // namespace espalier
