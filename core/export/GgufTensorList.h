// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/GgufNames.h"
#include "core/export/GgufWriter.h"
#include "core/model/CausalLM.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

/// The tensors of a model as a GGUF file has them, block by block with one block leased at a time,
/// so that a streamed model stays streamed.
class GgufTensorList {
public:
    /// Goes through the model once for names and shapes; `progress` is told each block.
    GgufTensorList(CausalLM& model, BlockType type, const std::function<void()>& progress);

    /// As long as this lives.
    std::vector<GgufTensorToWrite> toWrite();

    /// Sentences on tensors that are stored as another type than asked for.
    const std::vector<std::string>& notes() const { return m_notes; }

    /// Logits [length x vocabSize] of `tokens` (int64 [length]) by the model with every weight as
    /// the file has it, packed and unpacked. The weights are put back.
    Tensor logits(const Tensor& tokens);

private:
    static constexpr std::int64_t kOuter = -1; // outside the blocks

    struct Entry {
        GgufTensorToWrite tensor = {};
        std::int64_t block = kOuter;
        std::size_t place = 0;
        GgufLayout layout = GgufLayout::Same;
    };

    class Rounded;

    void add(const NamedTensor& tensor, std::int64_t block, std::size_t place);
    BlockType typeFor(const GgufName& name, const std::vector<std::int64_t>& shape);
    const Entry& entryAt(std::int64_t block, std::size_t place) const;
    const std::vector<NamedTensor>& tensorsOf(std::int64_t block);
    void release();
    Tensor inFileLayout(const Tensor& tensor, GgufLayout layout) const;
    Tensor inModelLayout(const Tensor& tensor, GgufLayout layout) const;
    std::int64_t headsOf(GgufLayout layout) const;

    CausalLM& m_model;
    BlockType m_type;
    const GgufArchitecture& m_family;
    std::string m_headName; // of the matrix behind the logits
    std::optional<CausalLM::Lease> m_lease;
    std::vector<NamedTensor> m_tensors = {};
    std::int64_t m_current = kOuter - 1;
    std::vector<Entry> m_entries = {};
    std::vector<std::string> m_notes = {};
    std::map<std::pair<std::int64_t, std::size_t>, std::size_t> m_places = {}; // -> m_entries
};

} // namespace espalier
