// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"
#include "tests/support/Test.h"

#include <memory>

using namespace espalier;

namespace {

constexpr std::size_t kBytes = 96 << 20; // large enough to be mapped and unmapped on its own

void touch()
{
    const auto block = std::make_unique<char[]>(kBytes);
    volatile char* const bytes = block.get(); // volatile: the writes have to happen
    for (std::size_t i = 0; i < kBytes; i += 1024) {
        bytes[i] = 1;
    }
}

} // namespace

TEST(peakGrowsAndIsForgottenByAReset)
{
#ifdef __SANITIZE_ADDRESS__
    SKIP("the address sanitizer keeps what was freed");
#endif
    const std::int64_t before = peakRssBytes();
    VERIFY(before > 0);
    touch();
    const std::int64_t after = peakRssBytes();
    VERIFY(after - before > static_cast<std::int64_t>(kBytes / 2));
    resetPeakRss();
    const std::int64_t reset = peakRssBytes();
    if (reset == after) {
        SKIP("this kernel does not permit a reset of the peak");
    }
    VERIFY(reset < after - static_cast<std::int64_t>(kBytes / 2));
}
