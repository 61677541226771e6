// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace espalier {

struct GenerateOptions {
    std::int64_t tokens = 128;
    double temperature = 0.0; // 0: greedy
    std::int64_t topK = 0;    // 0: all
    std::uint64_t seed = 0;
    bool stopAtEos = true;
};

/// Continues `prompt` with a key/value cache. `onToken` sees each id as it comes and returns false
/// to end.
ESPALIER_API std::vector<std::int32_t>
generate(CausalLM& model, std::span<const std::int32_t> prompt, const GenerateOptions& options,
         const std::function<bool(std::int32_t)>& onToken = {});

class DecodeModel;

/// The same for several prompts at once, through the packed weights of DecodeLoop.h and `threads`
/// threads. A sequence that ends early leaves the others to go on. `onToken` returns false to end
/// all. Greedy ids are those of the plain way wherever two logits differ by more than rounding;
/// each sequence draws from a stream of its own, the first from that of a single prompt.
ESPALIER_API std::vector<std::vector<std::int32_t>>
generateBatch(const std::shared_ptr<const DecodeModel>& model,
              std::span<const std::vector<std::int32_t>> prompts, const GenerateOptions& options,
              int threads,
              const std::function<bool(std::size_t sequence, std::int32_t id)>& onToken = {});

} // namespace espalier
