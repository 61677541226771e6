// SPDX-License-Identifier: GPL-3.0-or-later
// Entry for fuzzers: the first byte says which kind of file follows. A driver gives it bytes; it
// must come back without a crash and without unbounded memory whatever they are.
#include "core/base/Error.h"
#include "core/base/Path.h"
#include "core/tokenizer/Tokenizer.h"

#include <array>
#include <cstdint>
#include <string>
#include <unistd.h>

using namespace espalier;

namespace {

// Letters, spaces, a combining accent, a character of four bytes, marks, control characters.
constexpr std::string_view kText =
    "The tree's  caf\u00E9 e\u0301 \u6A39\u679D \U0001F333 <s>\t\u2581x 123\n\u200D\x01 aaaaaaaa";

constexpr std::array<const char*, 5> kNames{"tokenizer.json", "tokenizer.model", "vocab.txt",
                                            "vocab.json", "tokenizer_config.json"};

/// One folder a process, in memory where there is such a file system.
const Path& folder()
{
    static const Path path = [] {
        const Path base = std::filesystem::exists("/dev/shm")
                              ? Path("/dev/shm")
                              : std::filesystem::temp_directory_path();
        Path made = base / ("espalier-fuzz-" + std::to_string(::getpid()));
        std::filesystem::create_directories(made);
        return made;
    }();
    return path;
}

void useTokenizer(const Tokenizer& tokenizer)
{
    const auto ids = tokenizer.encode(kText);
    tokenizer.decode(ids);
    tokenizer.decode(ids, false);
    const Encoding one = tokenizer.encodeText(
        kText, {.specialText = SpecialText::AsText, .truncation = Truncation{.maxLength = 20}});
    characterOffsets(kText, one.offsets);
    tokenizer.encodePair("a b", kText, {.fileSettings = FileSettings::Apply});
    tokenizer.fingerprint();
}

} // namespace

int fuzzTokenizer(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const std::size_t kind = data[0] % kNames.size();
    for (const char* name : kNames) {
        std::filesystem::remove(folder() / name);
    }
    const std::string content(reinterpret_cast<const char*>(data + 1), size - 1);
    try {
        if (kind == 3) {
            writeFileAtomically(folder() / "merges.txt", "a b\n");
        }
        if (kind == 4) {
            writeFileAtomically(folder() / "vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n##b\n");
        }
        writeFileAtomically(folder() / kNames[kind], content);
        useTokenizer(*Tokenizer::open(folder()));
    } catch (const Error&) {
        // refused: what a damaged file is to be
    }
    return 0;
}
