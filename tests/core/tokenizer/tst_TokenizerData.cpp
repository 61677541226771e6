// SPDX-License-Identifier: GPL-3.0-or-later
// Vocabularies of public models, which are too large to come with the tests. ESPALIER_TOKENIZERS
// names a folder with bert/, clip/, gpt2/, mistral-v1/ and t5/: vocabulary files and vectors.
#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cstdlib>

using namespace espalier;

namespace {

struct Data {
    const char* folder;
    std::vector<std::pair<const char*, const char*>> files; // there, and as models call them
    const char* vectors;
    std::string config = "{}";
    bool roundTrips = false; // decoding gives the text back
};

Path dataFolder()
{
    const char* folder = std::getenv("ESPALIER_TOKENIZERS");
    if (folder == nullptr) {
        SKIP("ESPALIER_TOKENIZERS does not name a folder with vocabularies of public models");
    }
    return folder;
}

void compare(const Data& data)
{
    const Path source = dataFolder() / data.folder;
    const test::TempFolder folder;
    for (const auto& [from, to] : data.files) {
        std::filesystem::copy_file(source / from, folder.path() / to);
    }
    writeFileAtomically(folder.path() / "tokenizer_config.json", data.config);
    const auto tokenizer = Tokenizer::open(folder.path());
    const Json vectors = parseJson(readFile(source / data.vectors), data.vectors);
    VERIFY(vectors["cases"].size() > 30);
    for (const Json& vector : vectors["cases"]) {
        const std::string text = vector["text"];
        // Only CLIP's vectors mean its two tokens where a text spells them.
        const bool clip = std::string(data.folder) == "clip";
        const EncodeOptions options{.special = SpecialTokens::Leave,
                                    .specialText =
                                        clip ? SpecialText::AsToken : SpecialText::AsText};
        const auto ids = tokenizer->encodeText(text, options).ids;
        const auto expected = vector["ids"].get<std::vector<std::int32_t>>();
        VERIFY2(ids == expected, "other ids for " + vector["text"].dump() + ": " +
                                     test::describe(ids) + ", expected " +
                                     test::describe(expected));
        std::vector<std::string> tokens;
        for (const std::int32_t id : ids) {
            tokens.push_back(tokenizer->tokenOf(id));
        }
        if (std::string(data.folder) != "t5" && std::string(data.folder) != "bert") {
            VERIFY2(tokens == vector["tokens"].get<std::vector<std::string>>(), text);
        }
        if (data.roundTrips) {
            COMPARE(tokenizer->decode(ids, false), text);
        }
    }
}

} // namespace

TEST(bert)
{
    compare({"bert", {{"bert-base-uncased-vocab.txt", "vocab.txt"}}, "vectors-uncased.json"});
    compare({"bert",
             {{"bert-base-cased-vocab.txt", "vocab.txt"}},
             "vectors-cased.json",
             R"({"do_lower_case": false})"});
}

TEST(clip)
{
    compare({"clip", {{"vocab.json", "vocab.json"}, {"merges.txt", "merges.txt"}}, "vectors.json"});
}

TEST(gpt2)
{
    compare({"gpt2",
             {{"vocab.json", "vocab.json"}, {"merges.txt", "merges.txt"}},
             "vectors.json",
             "{}",
             true});
}

TEST(mistral)
{
    compare({"mistral-v1", {{"tokenizer.model", "tokenizer.model"}}, "vectors.json", "{}", true});
}

TEST(t5)
{
    compare({"t5", {{"t5_tokenizer_base.model", "spiece.model"}}, "vectors.json"});
}
