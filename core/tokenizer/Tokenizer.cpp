// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Tokenizer.h"

#include "core/base/Error.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TokenizerFile.h"

namespace espalier {

Tokenizer::~Tokenizer() = default;

std::unique_ptr<Tokenizer> Tokenizer::open(const Path& folder)
{
    const Path path = folder / "tokenizer.json";
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        throw Error(
            ErrorCode::NotFound,
            "There is no tokenizer.json in " + folder.string() +
                ". Add the one that belongs to the model, or give data as tokens:FILE.i32.");
    }
    const Json json = parseJson(readFile(path), path.string());
    return std::make_unique<TokenizerFile>(JsonPart(json, path.string()));
}

} // namespace espalier
