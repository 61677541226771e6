// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/tokenizer/ChatTemplate.h"

#include <string>
#include <vector>

namespace espalier {

/// What happens to a record that cannot be used: the file is refused, or the record is left out and
/// listed.
enum class BadRecords { Refuse = 1, List };

struct RejectedRecord {
    std::size_t line = 0;
    std::string why = {};
};

struct Instruction {
    std::string instruction = {};
    std::string input = {}; // empty: none
    std::string output = {};
    std::size_t line = 0; // of the file
};

struct InstructionSet {
    std::string source = {}; // the file
    std::vector<Instruction> examples = {};
    std::vector<RejectedRecord> rejected = {};
    std::string fingerprint = {}; // SHA-256 over the texts in their order
};

/// Reads JSON Lines or one JSON list. A record is recognised by its fields:
///  - Alpaca: instruction, output and, where there is one, input
///  - Dolly: instruction, response and, where there is one, context
///  - Self-Instruct: instruction and instances, a list of {input, output}; one example each
/// The input "<noinput>" means none. Throws what readJsonRecords() throws, and InvalidInput with
/// the line for a record of no known form and for an empty instruction or output (or lists it), and
/// where no record is left.
ESPALIER_API InstructionSet readInstructions(const Path& file, BadRecords bad = BadRecords::Refuse);
ESPALIER_API InstructionSet instructionsOf(std::string_view content, const std::string& name,
                                           BadRecords bad = BadRecords::Refuse);

/// A question of a user, the input after a blank line, and its answer.
ESPALIER_API std::vector<ChatMessage> messagesOf(const Instruction& example);

} // namespace espalier
