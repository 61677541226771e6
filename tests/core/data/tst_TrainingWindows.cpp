// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/TrainingWindows.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <numeric>
#include <vector>

using namespace espalier;

namespace {

constexpr std::int64_t kVocabulary = 512;

/// A tokens: file of `windows` windows of four ids, 0, 1, 2, ...
std::string countingTokens(const Path& folder, std::int64_t windows)
{
    std::vector<std::int32_t> ids(static_cast<std::size_t>(windows * 4));
    std::iota(ids.begin(), ids.end(), 0);
    const std::string_view bytes(reinterpret_cast<const char*>(ids.data()),
                                 ids.size() * sizeof(std::int32_t));
    writeFileAtomically(folder / "counting.i32", bytes);
    return "tokens:" + (folder / "counting.i32").string();
}

DataFolders folders()
{
    return {.builtin = test::demoFolder()};
}

} // namespace

TEST(theLastEighthOfATokenFileIsHeldOut)
{
    const test::TempFolder folder;
    const DataSpec spec{.source = countingTokens(folder.path(), 16), .length = 4, .windows = 16};
    const TrainingWindows windows =
        loadTrainingWindows(spec, folder.path(), kVocabulary, 1, folders(), true);
    COMPARE(windows.training.tokens.size(0), std::int64_t{14});
    VERIFY(windows.heldOut.has_value());
    COMPARE(windows.heldOut->tokens.size(0), std::int64_t{2});
    COMPARE(windows.heldOut->tokens[0][0].item<std::int32_t>(), 56);
    VERIFY(windows.training.fingerprint != windows.heldOut->fingerprint);
}

TEST(fewWindowsAreAllForTraining)
{
    const test::TempFolder folder;
    const DataSpec spec{.source = countingTokens(folder.path(), 7), .length = 4, .windows = 7};
    const TrainingWindows windows =
        loadTrainingWindows(spec, folder.path(), kVocabulary, 1, folders(), true);
    COMPARE(windows.training.tokens.size(0), std::int64_t{7});
    VERIFY(!windows.heldOut.has_value());
}

TEST(sampledWindowsNeverReachTheHeldOutText)
{
    const Path model = test::demoFolder() / "stories260k";
    const DataSpec spec{.source = "builtin:tinystories", .length = 32, .windows = 200};
    const TrainingWindows windows =
        loadTrainingWindows(spec, model, kVocabulary, 3, folders(), true);
    COMPARE(windows.training.tokens.size(0), std::int64_t{200});
    VERIFY(windows.heldOut.has_value());
    const DataSpec everything{.source = spec.source, .length = spec.length};
    const CalibrationSet all =
        loadWindows(everything, model, kVocabulary, Windows::InOrder, 3, folders());
    const std::int64_t held = windows.heldOut->tokens.size(0);
    const std::int64_t count = all.tokens.size(0);
    VERIFY(at::equal(windows.heldOut->tokens, all.tokens.slice(0, count - held)));
    // Every sampled window lies within the stream before the held-out part.
    const Tensor stream = all.tokens.slice(0, 0, count - held).contiguous().view({-1});
    for (std::int64_t window = 0; window < windows.training.tokens.size(0); ++window) {
        const Tensor wanted = windows.training.tokens[window];
        bool found = false;
        for (std::int64_t start = 0; !found && start + spec.length <= stream.size(0); ++start) {
            found = at::equal(stream.slice(0, start, start + spec.length), wanted);
        }
        VERIFY(found);
    }
    const TrainingWindows again = loadTrainingWindows(spec, model, kVocabulary, 3, folders(), true);
    COMPARE(again.training.fingerprint, windows.training.fingerprint);
}
