// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/VocabularyCheck.h"

#include "core/base/Error.h"
#include "core/tokenizer/Tokenizer.h"

#include <algorithm>
#include <system_error>

namespace espalier {

namespace {

constexpr const char* kRemedy = " Distilling logits needs one vocabulary: choose a teacher and a "
                                "student that share their tokenizer.";

bool hasTokenizer(const Path& folder)
{
    std::error_code ignored;
    return std::filesystem::exists(folder / "tokenizer.json", ignored);
}

bool isSameFolder(const Path& a, const Path& b)
{
    std::error_code ignored;
    return a == b || std::filesystem::equivalent(a, b, ignored);
}

[[noreturn]] void refuseTokenizers(const Tokenizer& student, const Tokenizer& teacher)
{
    const std::int64_t shared = std::min(student.vocabSize(), teacher.vocabSize());
    std::string what = "the student's tokenizer has " + std::to_string(student.vocabSize()) +
                       " entries, the teacher's " + std::to_string(teacher.vocabSize());
    for (std::int32_t id = 0; id < shared; ++id) {
        const std::string ours = student.tokenOf(id);
        const std::string theirs = teacher.tokenOf(id);
        if (ours != theirs) {
            what += "; the first difference is token " + std::to_string(id) + ", \"" + ours +
                    "\" for the student and \"" + theirs + "\" for the teacher";
            break;
        }
    }
    throw Error(ErrorCode::InvalidInput,
                "Student and teacher have different vocabularies: " + what + "." + kRemedy);
}

} // namespace

std::string requireSameVocabulary(const VocabularyOf& student, const VocabularyOf& teacher)
{
    if (student.size != teacher.size) {
        throw Error(ErrorCode::InvalidInput,
                    "Student and teacher have different vocabularies: the student's has " +
                        std::to_string(student.size) + " tokens, the teacher's " +
                        std::to_string(teacher.size) + "." + kRemedy);
    }
    if (isSameFolder(student.folder, teacher.folder)) {
        return {};
    }
    for (const VocabularyOf* model : {&student, &teacher}) {
        if (!hasTokenizer(model->folder)) {
            return "Only the vocabularies' sizes were compared, not their tokens: there is no "
                   "tokenizer.json in " +
                   model->folder.string() + ".";
        }
    }
    const auto ours = Tokenizer::open(student.folder);
    const auto theirs = Tokenizer::open(teacher.folder);
    if (ours->fingerprint() != theirs->fingerprint()) {
        refuseTokenizers(*ours, *theirs);
    }
    return {};
}

} // namespace espalier
