// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/InstructionSet.h"

#include "core/base/Sha256.h"
#include "core/data/JsonRecords.h"
#include "core/data/RecordParts.h"

namespace espalier {

namespace {

constexpr std::string_view kNoInput = "<noinput>";

Instruction exampleOf(const std::string& instruction, const Json& answer, const char* inputField,
                      const char* outputField)
{
    Instruction example{.instruction = instruction,
                        .input = textOr(answer, inputField, ""),
                        .output = filledText(answer, outputField)};
    if (example.input == kNoInput) {
        example.input.clear();
    }
    return example;
}

std::vector<Instruction> examplesOf(const Json& record)
{
    const std::string instruction = filledText(record, "instruction");
    if (record.contains("instances")) {
        const Json& instances = record["instances"];
        if (!instances.is_array() || instances.empty()) {
            throw UnusableRecord("\"instances\" is no list with at least one answer");
        }
        std::vector<Instruction> examples;
        for (const Json& instance : instances) {
            if (!instance.is_object()) {
                throw UnusableRecord("an entry of \"instances\" is no object");
            }
            examples.push_back(exampleOf(instruction, instance, "input", "output"));
        }
        return examples;
    }
    if (record.contains("output")) {
        return {exampleOf(instruction, record, "input", "output")};
    }
    if (record.contains("response")) {
        return {exampleOf(instruction, record, "context", "response")};
    }
    throw UnusableRecord("none of \"output\" (Alpaca), \"response\" (Dolly) and \"instances\" "
                         "(Self-Instruct) is among the fields " +
                         fieldNames(record));
}

} // namespace

InstructionSet instructionsOf(std::string_view content, const std::string& name, BadRecords bad)
{
    InstructionSet set{.source = name};
    Sha256 hash;
    readUsableRecords(
        content, {name, bad, &set.rejected}, [&](const Json& record, std::size_t line) {
            for (Instruction& example : examplesOf(record)) {
                const std::string canonical =
                    compactText(Json::array({example.instruction, example.input, example.output})) +
                    "\n";
                hash.add(canonical.data(), canonical.size());
                example.line = line;
                set.examples.push_back(std::move(example));
            }
        });
    requireSome(set.examples.size(), name, set.rejected);
    set.fingerprint = hash.hex();
    return set;
}

InstructionSet readInstructions(const Path& file, BadRecords bad)
{
    return instructionsOf(readUtf8File(file), file.string(), bad);
}

std::vector<ChatMessage> messagesOf(const Instruction& example)
{
    const std::string question =
        example.input.empty() ? example.instruction : example.instruction + "\n\n" + example.input;
    return {{ChatRole::User, question}, {ChatRole::Assistant, example.output}};
}

} // namespace espalier
