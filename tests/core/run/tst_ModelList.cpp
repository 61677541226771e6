// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/ModelList.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

TEST(modelsComeBackInOrder)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "models.yaml";
    COMPARE(listedModels(file).size(), std::size_t{0});
    addModel(file, {"stories", "/models/stories: 260K"});
    addModel(file, {"smol", "/models/smol"});
    addModel(file, {"stories", "/elsewhere"});
    const std::vector<ListedModel> expected{{"stories", "/elsewhere"}, {"smol", "/models/smol"}};
    VERIFY(listedModels(file) == expected);
    removeModel(file, "stories");
    const std::vector<ListedModel> left = listedModels(file);
    COMPARE(left.front().name, "smol");
}

TEST(brokenListsAreNamedWithTheirLine)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "models.yaml";
    writeFileAtomically(file, "- name: a\n  folder: /a\n- nome: b\n");
    VERIFY_FAILS(listedModels(file), ErrorCode::Corrupt, "models.yaml, line");
}
