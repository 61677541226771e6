// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/SafetensorsFile.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

// Tiny random models of every family with what transformers computes for them:
// tests/parity/make_family_fixtures.py makes tests/data/families, encoders and vision.

namespace espalier::test {

inline std::vector<Path> fixturesIn(const char* group)
{
    std::vector<Path> folders;
    for (const auto& entry :
         std::filesystem::directory_iterator(Path(ESPALIER_TEST_DATA) / group)) {
        folders.push_back(entry.path());
    }
    std::ranges::sort(folders);
    return folders;
}

inline std::map<std::string, Tensor> expectedOf(const Path& folder)
{
    const SafetensorsFile file(folder / "expected.safetensors");
    std::map<std::string, Tensor> expected;
    for (const TensorInfo& info : file.tensors()) {
        expected[info.name] = file.read(info);
    }
    return expected;
}

/// A copy of the fixture without the reference beside the weights.
inline Path modelIn(const TempFolder& place, const Path& folder)
{
    const Path model = place.path() / folder.filename();
    makeFolder(model);
    for (const char* name : {"config.json", "model.safetensors"}) {
        std::filesystem::copy_file(folder / name, model / name);
    }
    return model;
}

/// Within 2e-5 of the largest number of the reference.
inline void verifyClose(const Tensor& found, const Tensor& expected, const std::string& what)
{
    constexpr double kRelative = 2e-5;
    VERIFY2(found.sizes() == expected.sizes(), what + " has another shape");
    const double difference = (found - expected).abs().max().item<double>();
    const double largest = expected.abs().max().item<double>();
    if (std::getenv("ESPALIER_PARITY") != nullptr) { // the table of tests/parity/README.md
        std::printf("%-40s %.1e absolute, %.1e relative\n", what.c_str(), difference,
                    difference / largest);
    }
    VERIFY2(difference <= kRelative * largest,
            what + " differs by " + std::to_string(difference) + " of " + std::to_string(largest));
}

/// Numbers in the file.
inline std::int64_t storedCount(const Checkpoint& weights)
{
    std::int64_t count = 0;
    for (const TensorInfo& info : weights.tensors()) {
        std::int64_t size = 1;
        for (const std::int64_t length : info.shape) {
            size *= length;
        }
        count += size;
    }
    return count;
}

} // namespace espalier::test
