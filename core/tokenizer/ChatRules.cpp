// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ChatRules.h"

#include <array>

namespace espalier {

namespace {

constexpr ChatTurn kImSystem{"<|im_start|>system\n", "<|im_end|>\n"};
constexpr ChatTurn kImUser{"<|im_start|>user\n", "<|im_end|>\n"};
constexpr ChatTurn kImAssistant{"<|im_start|>assistant\n", "<|im_end|>\n"};
constexpr std::string_view kInstructionFollows =
    "Below is an instruction that describes a task. Write a response that appropriately completes "
    "the request.";

constexpr std::array kAll{
    // Taori et al. 2023, as train.py of stanford_alpaca puts it: the answer follows at once.
    ChatRules{.name = "alpaca",
              .system = {"", "\n\n"},
              .user = {"### Instruction:\n", "\n\n"},
              .assistant = {"### Response:", "{eos}"},
              .trainedEnd = "{eos}",
              .generation = "### Response:",
              .between = "\n\n",
              .defaultSystem = kInstructionFollows,
              .special = SpecialTokens::Add},
    // FastChat's "vicuna_v1.1".
    ChatRules{.name = "vicuna-v1.1",
              .system = {"", " "},
              .user = {"USER: ", " "},
              .assistant = {"ASSISTANT: ", "{eos}"},
              .trainedEnd = "{eos}",
              .generation = "ASSISTANT:",
              .defaultSystem = "A chat between a curious user and an artificial intelligence "
                               "assistant. The assistant gives helpful, detailed, and polite "
                               "answers to the user's questions.",
              .special = SpecialTokens::Add},
    ChatRules{.name = "llama-2-chat",
              .system = {"<<SYS>>\n", "\n<</SYS>>\n\n"},
              .user = {"{bos}[INST] ", " [/INST]"},
              .assistant = {" ", " {eos}"},
              .trainedEnd = " {eos}",
              .systemPlace = SystemPlace::InFirstUserTurn,
              .blanks = Blanks::Trimmed,
              .order = Order::UserAndAssistant},
    ChatRules{.name = "llama-3",
              .start = "{bos}",
              .system = {"<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"},
              .user = {"<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"},
              .assistant = {"<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"},
              .trainedEnd = "<|eot_id|>",
              .generation = "<|start_header_id|>assistant<|end_header_id|>\n\n",
              .blanks = Blanks::Trimmed,
              .bos = "<|begin_of_text|>",
              .eos = "<|eot_id|>"},
    // Mistral-7B-Instruct-v0.2 and Mixtral.
    ChatRules{.name = "mistral-instruct",
              .start = "{bos}",
              .user = {"[INST] ", " [/INST]"},
              .assistant = {"", "{eos}"},
              .trainedEnd = "{eos}",
              .systemPlace = SystemPlace::Refused,
              .order = Order::UserAndAssistant},
    ChatRules{.name = "mistral-instruct-v0.1",
              .start = "{bos}",
              .user = {"[INST] ", " [/INST]"},
              .assistant = {"", "{eos} "},
              .trainedEnd = "{eos}",
              .systemPlace = SystemPlace::Refused,
              .order = Order::UserAndAssistant},
    ChatRules{.name = "zephyr",
              .system = {"<|system|>\n", "{eos}\n"},
              .user = {"<|user|>\n", "{eos}\n"},
              .assistant = {"<|assistant|>\n", "{eos}\n"},
              .trainedEnd = "{eos}",
              .generation = "<|assistant|>\n"},
    ChatRules{.name = "chatml",
              .system = kImSystem,
              .user = kImUser,
              .assistant = kImAssistant,
              .trainedEnd = "<|im_end|>",
              .generation = kImAssistant.before,
              .eos = "<|im_end|>"},
    ChatRules{.name = "smollm2",
              .system = kImSystem,
              .user = kImUser,
              .assistant = kImAssistant,
              .trainedEnd = "<|im_end|>",
              .generation = kImAssistant.before,
              .defaultSystem =
                  "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
              .bos = "<|im_start|>",
              .eos = "<|im_end|>"},
    ChatRules{.name = "qwen2",
              .system = kImSystem,
              .user = kImUser,
              .assistant = kImAssistant,
              .trainedEnd = "<|im_end|>",
              .generation = kImAssistant.before,
              .defaultSystem = "You are a helpful assistant.",
              .bos = "",
              .eos = "<|im_end|>"},
    ChatRules{.name = "gemma",
              .start = "{bos}",
              .user = {"<start_of_turn>user\n", "<end_of_turn>\n"},
              .assistant = {"<start_of_turn>model\n", "<end_of_turn>\n"},
              .trainedEnd = "<end_of_turn>",
              .generation = "<start_of_turn>model\n",
              .systemPlace = SystemPlace::Refused,
              .blanks = Blanks::Trimmed,
              .order = Order::UserAndAssistant,
              .bos = "<bos>",
              .eos = "<eos>"},
    ChatRules{.name = "phi-3",
              .system = {"<|system|>\n", "<|end|>\n"},
              .user = {"<|user|>\n", "<|end|>\n"},
              .assistant = {"<|assistant|>\n", "<|end|>\n"},
              .trainedEnd = "<|end|>",
              .generation = "<|assistant|>\n",
              .end = "{eos}",
              .eos = "<|endoftext|>"},
    // Databricks' dolly-v2.
    ChatRules{.name = "dolly",
              .system = {"", "\n\n"},
              .user = {"### Instruction:\n", "\n\n"},
              .assistant = {"### Response:\n", "\n\n### End"},
              .trainedEnd = "\n\n### End",
              .generation = "### Response:\n",
              .between = "\n\n",
              .defaultSystem = kInstructionFollows,
              .special = SpecialTokens::Add,
              .eos = "<|endoftext|>"},
    // Nothing but the texts, a line each.
    ChatRules{.name = "plain",
              .system = {"", "\n"},
              .user = {"", "\n"},
              .assistant = {"", "{eos}"},
              .trainedEnd = "{eos}",
              .between = "\n",
              .special = SpecialTokens::Add},
};

} // namespace

std::span<const ChatRules> allChatRules()
{
    return kAll;
}

} // namespace espalier
