// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Path.h"
#include "core/base/Random.h"
#include "tests/fuzz/FuzzGguf.h"
#include "tests/fuzz/FuzzSafetensors.h"
#include "tests/support/Fixtures.h"
#include "tests/support/Test.h"

#include <string>

// A short round of what the fuzzers do for hours: files with a few bytes changed, some cut off.

using namespace espalier;

namespace {

constexpr int kRounds = 3000;

using Entry = int (*)(const std::uint8_t*, std::size_t);

/// Most changes hit the header, where lengths, counts and types stand.
void feedDamaged(Entry entry, const Path& file, std::uint64_t seed)
{
    const std::string whole = readFile(file);
    Random random(seed);
    for (int round = 0; round < kRounds; ++round) {
        std::string bytes = whole;
        const auto below = [&](std::size_t bound) {
            return static_cast<std::size_t>(random.below(bound));
        };
        for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
            const std::size_t reach =
                below(4) == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 2000);
            bytes[below(reach)] = static_cast<char>(below(2) == 0 ? 0xFF : below(256));
        }
        if (below(8) == 0) {
            bytes.resize(below(bytes.size()));
        }
        entry(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
}

} // namespace

TEST(damagedGgufFilesAreReadOrRefused)
{
    feedDamaged(fuzzGguf, test::dataFolder() / "gguf" / "blocks.gguf", 1);
    feedDamaged(fuzzGguf, test::dataFolder() / "gguf" / "models" / "qwen2.gguf", 2);
}

TEST(damagedSafetensorsFilesAreReadOrRefused)
{
    feedDamaged(fuzzSafetensors, test::dataFolder() / "families" / "qwen2" / "model.safetensors",
                3);
}
