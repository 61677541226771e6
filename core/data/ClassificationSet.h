// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/data/Table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// What is predicted: one of named classes, or a number (regression).
enum class Target { Class = 1, Number };

struct ClassificationOptions {
    Target target = Target::Class;
    /// Names of fields; empty: recognised. Pairs: sentence1 and sentence2, premise and hypothesis,
    /// question1 and question2, question and sentence, question and passage, text_a and text_b.
    /// Single texts: text, sentence, review, question, content. What is predicted: label, labels,
    /// category, class, intent, target, score, similarity. Naming `text` without `pair` means
    /// single texts.
    std::string text = {};
    std::string pair = {};
    std::string label = {};
    /// Names of the classes in their order: of a development set those of its training set. Empty:
    /// found in the file (see readClassification).
    std::vector<std::string> labels = {};
    TableOptions table = {};
};

struct ClassificationExample {
    std::string text = {};
    std::string pair = {};  // empty for single texts
    std::int32_t label = 0; // a place in `labels`; 0 for regression
    double value = 0.0;     // regression only
    std::size_t line = 0;   // of the file

    bool operator==(const ClassificationExample&) const = default;
};

/// Texts, or pairs of texts, with the class or number that a classifier shall give for each.
struct ESPALIER_API ClassificationSet {
    std::string source = {}; // the file
    Target target = Target::Class;
    bool pairs = false;
    std::string textField = {}, pairField = {}, labelField = {};
    std::vector<std::string> labels = {}; // empty for regression
    std::vector<ClassificationExample> examples = {};
    /// SHA-256 over the texts and class names or numbers in their order: equal for the same content
    /// in another form of file, packed or not.
    std::string fingerprint = {};

    /// One number a class.
    std::vector<std::int64_t> labelCounts() const;
    /// What splitByClass() takes: the class of each example, 0 for regression.
    std::vector<std::int64_t> classes() const;
};

/// Classes: names get their numbers in the order of their first appearance. Where every label is a
/// whole number from 0, these numbers are the classes themselves and "0", "1", ... their names.
/// With `labels` given, a cell holds one of these names or, where it is none of them, a place in
/// the list. Throws NotFound (no such field; none recognised, with the fields there are) or
/// InvalidInput with file, line and field (an empty text or label, an unknown name, a number out of
/// range, no finite number for regression), and what readTable() throws.
ESPALIER_API ClassificationSet readClassification(const Path& file,
                                                  const ClassificationOptions& options = {});
ESPALIER_API ClassificationSet classificationOf(const Table& table,
                                                const ClassificationOptions& options = {});

} // namespace espalier
