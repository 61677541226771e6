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

TEST(aRunGoesOnWithTheSameInputsOnly)
{
    const auto provenance = [](const char* folder, const char* weights, const char* tokens) {
        return Json{{"model", {{"folder", folder}, {"files", {{"model.safetensors", weights}}}}},
                    {"data", {{"calibration", {{"source", "text:a"}, {"fingerprint", tokens}}}}}};
    };
    const Json before = provenance("/m", "w", "t");
    requireSameInputs(before, before);
    requireSameInputs(before, provenance("/moved", "w", "t"));
    requireSameInputs(Json::object(), before); // it never came so far
    VERIFY_FAILS(requireSameInputs(before, provenance("/m", "other", "t")), ErrorCode::InvalidInput,
                 "The model in /m changed since this run began");
    VERIFY_FAILS(requireSameInputs(before, provenance("/m", "w", "other")), ErrorCode::InvalidInput,
                 "The data text:a changed since this run began");
}
