// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Sha256.h"
#include "core/jobs/InputCheck.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

TEST(changedModelOrDataIsSeen)
{
    const test::TempFolder folder;
    const Path weights = folder.path() / "model.safetensors";
    const Path text = folder.path() / "text.txt";
    writeFileAtomically(weights, "weights");
    writeFileAtomically(text, "words");
    RunRecord record;
    record.provenance["model"] = {
        {"folder", folder.path().string()},
        {"files", {{"model.safetensors", {{"sha256", sha256OfFile(weights)}}}}}};
    record.provenance["data"]["text"] = {
        {"file", {{"path", text.string()}, {"sha256", sha256OfFile(text)}}}};
    VERIFY(inputsUnchanged(record));
    writeFileAtomically(text, "other words");
    VERIFY(!inputsUnchanged(record));
    writeFileAtomically(text, "words");
    VERIFY(inputsUnchanged(record));
    std::filesystem::remove(weights);
    VERIFY(!inputsUnchanged(record));
}
