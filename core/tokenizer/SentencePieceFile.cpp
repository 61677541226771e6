// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/SentencePieceFile.h"

#include "core/base/Error.h"
#include "core/tokenizer/Protobuf.h"
#include "core/tokenizer/Utf8.h"

#include <cmath>
#include <optional>

namespace espalier {

namespace {

using Kind = SentencePieceFile::Kind;

constexpr std::size_t kLongestPiece = 512; // bytes; merges take quadratic time in it

[[noreturn]] void corrupt(const std::string& where, const std::string& what)
{
    throw Error(ErrorCode::Corrupt,
                where + " " + what + ". Copy the file again from where the model came from.");
}

void readPiece(ProtobufReader reader, SentencePieceFile& file, const std::string& where)
{
    std::string text;
    float score = 0;
    std::int64_t kind = 1;
    while (const auto field = reader.next()) {
        if (*field == 1) {
            text = reader.bytes();
        } else if (*field == 2) {
            score = reader.real();
        } else if (*field == 3) {
            kind = reader.integer();
        }
    }
    const std::string which = "has the piece " + std::to_string(file.pieces.size());
    if (text.empty() || text.size() > kLongestPiece) {
        corrupt(where, which + " of " + std::to_string(text.size()) + " bytes; 1 to " +
                           std::to_string(kLongestPiece) + " are possible");
    }
    if (firstInvalidByte(text)) {
        corrupt(where, which + ", which is not UTF-8");
    }
    if (!std::isfinite(score)) {
        corrupt(where, which + " with a score that is no number");
    }
    if (kind < 1 || kind > 6) {
        corrupt(where, which + " of the unknown kind " + std::to_string(kind));
    }
    file.pieces.push_back(std::move(text));
    file.scores.push_back(score);
    file.kinds.push_back(static_cast<Kind>(kind));
}

void readTrainer(ProtobufReader reader, SentencePieceFile& file, const std::string& where)
{
    while (const auto field = reader.next()) {
        switch (*field) {
        case 3: {
            const std::int64_t algorithm = reader.integer();
            if (algorithm != 1 && algorithm != 2) {
                throw Error(ErrorCode::Unsupported,
                            where + " is a SentencePiece model of kind " +
                                std::to_string(algorithm) +
                                "; only unigram (1) and BPE (2) are supported. Use a model whose "
                                "tokenizer is one of those.");
            }
            file.algorithm = static_cast<SentencePieceFile::Algorithm>(algorithm);
            break;
        }
        case 24:
            file.spaceIsSuffix = reader.flag();
            break;
        case 35:
            file.byteFallback = reader.flag();
            break;
        case 41:
            file.bos = static_cast<std::int32_t>(reader.integer());
            break;
        case 42:
            file.eos = static_cast<std::int32_t>(reader.integer());
            break;
        case 43:
            file.pad = static_cast<std::int32_t>(reader.integer());
            break;
        default:
            break;
        }
    }
}

void readNormalizer(ProtobufReader reader, SentencePieceFile& file)
{
    while (const auto field = reader.next()) {
        switch (*field) {
        case 2:
            file.charsMap = reader.bytes();
            break;
        case 3:
            file.addDummyPrefix = reader.flag();
            break;
        case 4:
            file.removeExtraSpaces = reader.flag();
            break;
        case 5:
            file.escapeSpaces = reader.flag();
            break;
        default:
            break;
        }
    }
}

/// The trainer's ids are only a wish: the pieces decide.
void checkPieces(SentencePieceFile& file, const std::string& where)
{
    std::optional<std::int32_t> unknown;
    for (std::int32_t id = 0; id < file.size(); ++id) {
        if (file.kinds[static_cast<std::size_t>(id)] == Kind::Unknown) {
            if (unknown) {
                corrupt(where, "has two unknown pieces, " + std::to_string(*unknown) + " and " +
                                   std::to_string(id));
            }
            unknown = id;
        }
    }
    if (!unknown) {
        corrupt(where, "has no unknown piece among its " + std::to_string(file.size()));
    }
    file.unknown = *unknown;
    for (std::int32_t* id : {&file.bos, &file.eos, &file.pad}) {
        const bool control = *id >= 0 && *id < file.size() &&
                             file.kinds[static_cast<std::size_t>(*id)] == Kind::Control;
        *id = control ? *id : -1;
    }
}

} // namespace

SentencePieceFile readSentencePiece(std::string_view content, const std::string& where)
{
    SentencePieceFile file;
    ProtobufReader reader(content, where);
    while (const auto field = reader.next()) {
        if (*field == 1) {
            readPiece(reader.message(), file, where);
        } else if (*field == 2) {
            readTrainer(reader.message(), file, where);
        } else if (*field == 3) {
            readNormalizer(reader.message(), file);
        }
    }
    checkPieces(file, where);
    return file;
}

} // namespace espalier
