// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ConfigReader.h"
#include "core/model/Encoder.h"
#include "core/model/Parts.h"

#include <memory>
#include <vector>

namespace espalier {

/// Of BERT, RoBERTa and DistilBERT.
ModelConfig readEncoderConfig(const Json& json, const Path& source);

/// How many names "id2label" has; without it "num_labels", and without that two.
std::int64_t labelsOf(const ConfigReader& reader, const Json& json);

/// Which heads a model has by its architecture: "BertForMaskedLM".
struct EncoderHeads {
    bool isBare = false; // no head at all: "BertModel"
    bool pooler = false;
    bool nextSentence = false;
    bool masked = false;
    bool classifier = false;
};

EncoderHeads headsOf(const ModelConfig& config);

/// Reads the parts outside the blocks and collects what the file must hold.
class EncoderLoading {
public:
    EncoderLoading(const WeightSource& source, const at::TensorOptions& options,
                   const NewHead& head);

    /// The file must hold these.
    void require(Parts& parts);
    /// Where the file does not hold `linear` (its handle becomes null): left out, or, for a fresh
    /// head, drawn anew.
    void maybe(Parts& parts, Linear*& linear);

    std::vector<ExpectedTensor>& expected() { return m_expected; }

    /// Checks the file, then reads.
    void finish();

private:
    const WeightSource& m_source;
    at::TensorOptions m_options;
    const NewHead& m_head;
    at::Generator m_generator;
    std::vector<ExpectedTensor> m_expected;
    std::vector<Parts*> m_toLoad;
};

std::vector<NamedTensor> tensorsOf(const std::vector<const Parts*>& parts);

/// Throws InvalidInput for a token type that the model does not know.
void checkTypes(const Tensor& types, const ModelConfig& config);

/// For Family::createEncoder.
template <class Model>
std::unique_ptr<Encoder> createEncoderModel(ModelConfig config,
                                            std::shared_ptr<WeightSource> source,
                                            const LoadOptions& options, const NewHead& head)
{
    return std::make_unique<Model>(config, std::move(source), options, head);
}

} // namespace espalier
