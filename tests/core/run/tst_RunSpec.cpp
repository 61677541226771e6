// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/RunRecord.h"
#include "core/run/RunSpec.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

RunSpec fullSpec()
{
    return {
        .title = "Half",
        .experiment = "Halving",
        .method = "prune-wanda",
        .params = {{"sparsity", 0.5}, {"pattern", "2:4"}, {"exact", true}},
        .model = "run:3",
        .teacher = "/models/it's big",
        .calibration = DataSpec{.source = "text:/data/a b.txt", .length = 256, .windows = 32},
        .evaluations = {{.kind = "perplexity",
                         .data = {.source = "builtin:tinystories", .length = 256, .windows = 8}},
                        {.kind = "speed"}},
        .exports = {{.format = "safetensors", .folder = "/out"}},
        .seed = 18446744073709551615U,
        .threads = 2,
        .batch = 4,
        .dtype = NumberType::BFloat16,
        .device = "cuda:1",
        .priority = -1,
        .after = {RunId{2}, RunId{70000}}};
}

} // namespace

TEST(idsAsText)
{
    COMPARE(toText(RunId{67}), "0067");
    COMPARE(toText(RunId{12345}), "12345");
    VERIFY(runIdFromText("0067") == RunId{67});
    VERIFY(runIdFromText("67") == RunId{67});
    for (const char* wrong : {"", "x", "-1", "0", "67x", "99999999999999999999", " 7"}) {
        VERIFY2(!runIdFromText(wrong), wrong);
    }
    VERIFY(runReference("run:0003") == RunId{3});
    VERIFY(!runReference("/models/3") && !runReference("run:wanda"));
}

TEST(namesReadBack)
{
    for (int value = 1; value <= 7; ++value) {
        const auto status = static_cast<RunStatus>(value);
        VERIFY(runStatusFromName(nameOf(status)) == status);
    }
    VERIFY(!runStatusFromName("done"));
    for (const auto type : {NumberType::Float32, NumberType::BFloat16, NumberType::Float16}) {
        VERIFY(numberTypeFromName(nameOf(type)) == type);
    }
    VERIFY(eventLevelFromName(nameOf(EventLevel::Warning)) == EventLevel::Warning);
    VERIFY(isFinal(RunStatus::Failed) && !isFinal(RunStatus::Interrupted) &&
           !isFinal(RunStatus::Paused));
}

TEST(specReadsBack)
{
    const RunSpec spec = fullSpec();
    const Json object = toJson(spec);
    COMPARE(object.size(), 16U);
    VERIFY(runSpecFromJson(parseJson(compactText(object), "test")) == spec);
    VERIFY(runSpecFromJson(Json::object()) == RunSpec{});
    VERIFY(runSpecFromJson(toJson(RunSpec{})) == RunSpec{});
}

TEST(unknownKeysAreRefusedByName)
{
    VERIFY_FAILS(runSpecFromJson({{"sed", 1}}), ErrorCode::InvalidInput,
                 "The run spec: there is no key \"sed\"; did you mean \"seed\"?");
    VERIFY_FAILS(runSpecFromJson({{"calibration", {{"window", 1}}}}), ErrorCode::InvalidInput,
                 "\"calibration.window\"; did you mean \"windows\"?");
    VERIFY_FAILS(runSpecFromJson({{"evaluations", {{{"knd", "speed"}}}}}), ErrorCode::InvalidInput,
                 "\"evaluations.0.knd\"; did you mean \"kind\"?");
}

TEST(wrongTypesAreRefusedWithTheValue)
{
    VERIFY_FAILS(runSpecFromJson({{"seed", -1}}), ErrorCode::InvalidInput,
                 "seed is -1, but must be a whole number, at least 0.");
    VERIFY_FAILS(runSpecFromJson({{"model", 3}}), ErrorCode::InvalidInput,
                 "model is 3, but must be a text");
    VERIFY_FAILS(runSpecFromJson({{"dtype", "fp8"}}), ErrorCode::InvalidInput,
                 "dtype is \"fp8\", but must be fp32, bf16 or fp16.");
    VERIFY_FAILS(runSpecFromJson({{"batch", 0}}), ErrorCode::InvalidInput, "at least 1");
    VERIFY_FAILS(runSpecFromJson({{"after", {0}}}), ErrorCode::InvalidInput, "after.0 is 0");
    VERIFY_FAILS(runSpecFromJson({{"threads", 9223372036854775808U}}), ErrorCode::InvalidInput,
                 "threads is 9223372036854775808");
    VERIFY_FAILS(runSpecFromJson(Json::array()), ErrorCode::InvalidInput,
                 "object of keys and values");
}

TEST(fingerprintIgnoresWhatChangesNoNumber)
{
    const RunSpec spec = fullSpec();
    RunSpec other = spec;
    other.title = "x";
    other.experiment = "y";
    other.priority = 7;
    other.after.clear();
    COMPARE(fingerprint(other), fingerprint(spec));
    for (const auto& change : std::vector<void (*)(RunSpec&)>{
             [](RunSpec& s) { s.seed = 1; }, [](RunSpec& s) { s.batch = 8; },
             [](RunSpec& s) { s.threads = 1; }, [](RunSpec& s) { s.params["sparsity"] = 0.25; },
             [](RunSpec& s) { s.calibration.reset(); }}) {
        RunSpec changed = spec;
        change(changed);
        VERIFY(fingerprint(changed) != fingerprint(spec));
    }
}

TEST(dependenciesAreFoundOnceEach)
{
    RunSpec spec = fullSpec();
    spec.teacher = "run:0009";
    spec.params["start"] = "run:2";
    VERIFY(dependencies(spec) == (std::vector<RunId>{RunId{2}, RunId{3}, RunId{9}, RunId{70000}}));
    VERIFY(dependencies(RunSpec{}).empty());
}

TEST(commandLineRepeatsTheRun)
{
    COMPARE(commandLine(fullSpec()),
            "espalier-run apply prune-wanda --model run:3 --teacher '/models/it'\\''s big' --exact "
            "true "
            "--pattern 2:4 --sparsity 0.5 --calibration 'text:/data/a b.txt' --samples 32 "
            "--evaluate perplexity:builtin:tinystories --evaluate speed --length 256 --windows 8 "
            "--export safetensors:/out --seed 18446744073709551615 --threads 2 --dtype bf16 "
            "--device cuda:1");
}

TEST(commandLineNamesABatchOtherThanTheUsual)
{
    RunSpec spec = fullSpec();
    spec.batch = 2;
    VERIFY(commandLine(spec).ends_with("--threads 2 --batch 2 --dtype bf16 --device cuda:1"));
}

TEST(batchOfDistillationIsTheRuns)
{
    // Until it moved, distill-logits had a parameter for its passes beside the run's batch.
    const auto read = [](const char* method, const Json& batch) {
        return runSpecFromJson(
            {{"method", method}, {"params", {{"batch", batch}, {"steps", 3}}}, {"batch", 4}});
    };
    const RunSpec spec = read("distill-logits", 2);
    COMPARE(spec.batch, 2);
    VERIFY(spec.params == (ParamValues{{"steps", 3}}));
    VERIFY(runSpecFromJson(toJson(spec)) == spec);
    const RunSpec absent = read("distill-logits", nullptr);
    COMPARE(absent.batch, 4);
    VERIFY(absent.params == (ParamValues{{"steps", 3}}));
    VERIFY_FAILS(read("distill-logits", 0), ErrorCode::InvalidInput,
                 "params.batch is 0, but must be a whole number, at least 1.");
    // A method of somebody else's may call its own parameter so.
    COMPARE(read("shrink-mine", 2).batch, 4);
    VERIFY(read("shrink-mine", 2).params.contains("batch"));
}

TEST(whatApplyCannotSayBecomesARecipe)
{
    RunSpec spec = fullSpec();
    spec.evaluations.front().data.length = 128;
    VERIFY(commandLine(spec).starts_with("espalier-run run /dev/stdin <<'RECIPE'\n"));
    VERIFY(commandLine(spec).ends_with("\nRECIPE"));
    spec = fullSpec();
    spec.params["length"] = 3;
    VERIFY(commandLine(spec).find("params:") != std::string::npos);
}
