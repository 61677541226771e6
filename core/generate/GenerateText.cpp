// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/GenerateText.h"

#include "core/base/Error.h"
#include "core/generate/DecodeModel.h"
#include "core/generate/Generator.h"
#include "core/tokenizer/Tokenizer.h"

#include <ATen/Parallel.h>

#include <chrono>
#include <thread>

namespace espalier {

namespace {

/// Bytes of `text` that end with a whole character: a token may stop in the middle of one.
std::size_t wholeCharacters(std::string_view text)
{
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    return text.ends_with(kReplacement) ? text.size() - kReplacement.size() : text.size();
}

} // namespace

GeneratedText generateText(const GenerateRequest& request,
                           const std::function<bool(std::string_view)>& onText)
{
    if (request.temperature < 0) {
        throw Error(ErrorCode::InvalidInput, "The temperature is " +
                                                 std::to_string(request.temperature) +
                                                 "; it must be 0 (greedy) or more.");
    }
    at::set_num_threads(request.threads > 0
                            ? static_cast<int>(request.threads)
                            : static_cast<int>(std::thread::hardware_concurrency()));
    const auto tokenizer = Tokenizer::open(request.model);
    const auto packed = DecodeModel::open(request.model, request.dtype);
    const auto plain = packed ? nullptr : CausalLM::open(request.model, {.dtype = request.dtype});
    const ModelConfig& config = packed ? packed->config() : plain->config();
    GeneratedText result;
    result.promptTokens = tokenizer->encode(request.prompt);
    if (result.promptTokens.empty() && config.bosToken >= 0) {
        result.promptTokens.push_back(static_cast<std::int32_t>(config.bosToken));
    }
    if (result.promptTokens.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    "The prompt has no tokens and the model has no begin token. Give a prompt.");
    }
    const auto promptLength = static_cast<std::int64_t>(result.promptTokens.size());
    if (promptLength + request.tokens > config.maxPositions) {
        throw Error(
            ErrorCode::InvalidInput,
            "The prompt has " + std::to_string(promptLength) + " tokens and " +
                std::to_string(request.tokens) + " more are asked for; the model's context holds " +
                std::to_string(config.maxPositions) + ". Use --tokens " +
                std::to_string(std::max<std::int64_t>(1, config.maxPositions - promptLength)) +
                " or less.");
    }
    std::vector<std::int32_t> all = result.promptTokens;
    std::size_t shown = tokenizer->decode(all).size();
    const auto start = std::chrono::steady_clock::now();
    const auto grow = [&](std::int32_t token) {
        all.push_back(token);
        if (!onText) {
            return true;
        }
        const std::string text = tokenizer->decode(all);
        const std::size_t whole = wholeCharacters(text);
        if (whole <= shown) {
            return true;
        }
        const bool goOn = onText(std::string_view(text).substr(shown, whole - shown));
        shown = whole;
        return goOn;
    };
    const GenerateOptions options{
        .tokens = request.tokens, .temperature = request.temperature, .seed = request.seed};
    if (packed) {
        const std::vector<std::vector<std::int32_t>> prompts{result.promptTokens};
        result.tokens =
            generateBatch(packed, prompts, options, at::get_num_threads(),
                          [&](std::size_t, std::int32_t token) { return grow(token); })[0];
    } else {
        result.tokens = generate(*plain, result.promptTokens, options, grow);
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.text = tokenizer->decode(all);
    return result;
}

} // namespace espalier
