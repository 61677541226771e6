// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/params/Params.h"

#include <string>
#include <vector>

namespace espalier {

/// One figure with the protocol it was measured by; texts as they are to be shown.
struct ModelCardResult {
    std::string measure = {};  // "perplexity"
    std::string value = {};    // "54.48 ± 0.61"
    std::string baseline = {}; // the same of the model it was made from; empty: not measured
    std::string protocol =
        {}; // "tinystories, 64 windows of 256 tokens, no overlap, SHA-256 8b1f..."
};

/// A fact of the run that stands in the card's table: "Calibration" - "builtin:tinystories, 32
/// windows of 256".
struct ModelCardFact {
    std::string name = {}, value = {};
};

struct ModelCardFacts {
    std::string title = {};
    std::string methodId = {}, methodTitle = {}, paper = {}, bibtex = {};
    ParamValues params = {};
    std::string baseModel = {};   // the model everything started from
    std::string sourceModel = {}; // the model this run was given: "base, after run 0012 (Wanda)"
    std::string licence =
        {}; // of the source model, as its card names it ("apache-2.0"); empty: unknown
    std::vector<ModelCardFact> facts = {};
    std::vector<ModelCardResult> results = {};
    std::vector<std::string> honesty = {}; // what the reader may and may not expect
    std::string command = {};              // repeats the run
};

/// README.md of an exported model: Markdown with the front matter that model hubs read.
ESPALIER_API std::string modelCard(const ModelCardFacts& facts);

} // namespace espalier
