// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/runner/RunnerFixture.h"
#include "tests/support/TinyModel.h"

#include <algorithm>
#include <fstream>

// Bad models, data and parameters: one clear sentence, the right exit code, nothing half-written,
// and a workspace that still opens. tst_BadPlace has disks and workspaces.

using namespace espalier;
using test::applied;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::smallDistillation;
using test::Words;
using test::operator+;

namespace {

/// A copy of the demo model that a test may spoil.
class SpoiltModel {
public:
    SpoiltModel()
    {
        std::filesystem::copy(demoModel(), path(), std::filesystem::copy_options::recursive);
    }

    Path path() const { return m_folder.path() / "model"; }

    Path weights() const { return path() / "model.safetensors"; }

    void configure(const std::string& key, const Json& value) const
    {
        Json config = parseJson(readFile(path() / "config.json"), "config.json");
        config[key] = value;
        writeFileAtomically(path() / "config.json", config.dump());
    }

    void verifyRefused(int exitCode, const std::vector<std::string>& parts) const
    {
        test::verifyRefused({"evaluate", "perplexity", "--model", path().string(), "--data",
                             "builtin:tinystories", "--length", "64", "--windows", "1"},
                            exitCode, parts);
        // The same words when a method is to be applied.
        const test::TempFolder workspace;
        Words words = applied("prune-magnitude", workspace.path(), {"--export", "safetensors"});
        words[3] = path().string();
        test::verifyRunFails(words, workspace.path(), exitCode, parts);
    }

private:
    test::TempFolder m_folder;
};

} // namespace

TEST(corruptWeights)
{
    const SpoiltModel model;
    std::filesystem::copy_file(test::dataFolder() / "safetensors" /
                                   "broken-header-not-json.safetensors",
                               model.weights(), std::filesystem::copy_options::overwrite_existing);
    model.verifyRefused(3, {"model.safetensors", "header", "JSON"});
}

TEST(truncatedWeights)
{
    const SpoiltModel model;
    std::filesystem::resize_file(model.weights(), 500'000);
    model.verifyRefused(3, {"model.safetensors", "the file was cut off"});
}

TEST(missingWeights)
{
    const SpoiltModel model;
    std::filesystem::remove(model.weights());
    model.verifyRefused(3, {"neither model.safetensors nor", model.path().string()});
}

TEST(pickleFilesAreNeverRead)
{
    const SpoiltModel model;
    std::filesystem::rename(model.weights(), model.path() / "pytorch_model.bin");
    model.verifyRefused(3, {"only pickle files (pytorch_model.bin)", "save_pretrained"});
}

TEST(wrongShapes)
{
    const SpoiltModel model;
    model.configure("intermediate_size", 171);
    model.verifyRefused(3, {"[172, 64]", "[171, 64]"});
}

TEST(unknownArchitecture)
{
    const SpoiltModel model;
    model.configure("architectures", Json::array({"MambaForCausalLM"}));
    model.configure("model_type", "mamba");
    const std::vector<std::string> parts{"config.json", "MambaForCausalLM", "known are"};
    test::verifyRefused({"evaluate", "perplexity", "--model", model.path().string(), "--data",
                         "builtin:tinystories", "--length", "64", "--windows", "1"},
                        3, parts);
    const test::TempFolder workspace;
    Words words = applied("prune-wanda", workspace.path());
    words[3] = model.path().string();
    test::verifyRunFails(words, workspace.path(), 3, parts);
    // Its linears can be pruned all the same.
    const test::ProcessResult result =
        test::espalierRun({"apply", "prune-magnitude", "--model", model.path().string(),
                           "--workspace", workspace.path().string(), "--evaluate", "footprint"});
    VERIFY2(result.exitCode == 0, result.text());
}

TEST(brokenConfig)
{
    const SpoiltModel model;
    writeFileAtomically(model.path() / "config.json", "{\"hidden_size\": ");
    model.verifyRefused(3, {"config.json"});
}

TEST(unusableData)
{
    const test::TempFolder folder;
    const std::string empty = (folder.path() / "empty.txt").string();
    const std::string brief = (folder.path() / "brief.txt").string();
    const std::string bytes = (folder.path() / "bytes.txt").string();
    const std::string records = (folder.path() / "records.jsonl").string();
    const std::string tokens = (folder.path() / "odd.i32").string();
    writeFileAtomically(empty, "");
    writeFileAtomically(brief, "Once upon a time.");
    writeFileAtomically(bytes, "text \xff\xfe");
    writeFileAtomically(records, "{\"body\": \"x\"}\n");
    writeFileAtomically(tokens, "12345");
    const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
        {"text:/nowhere/story.txt", {"/nowhere/story.txt", "No such file"}},
        {"text:" + folder.path().string(), {folder.path().string(), "directory"}},
        {"text:" + empty, {empty, "holds no text"}},
        {"text:" + brief, {brief, "one window has 64", "longer text or a smaller length"}},
        {"text:" + bytes, {bytes, "not UTF-8"}},
        {"jsonl:" + records + "#text", {records, "no field \"text\""}},
        {"tokens:" + tokens, {tokens}},
        {"builtin:tinystory", {"no builtin data \"tinystory\"", "tinystories"}},
        {"story.txt", {"does not say what it is"}},
    };
    for (const auto& [source, parts] : cases) {
        test::verifyRefused(
            {"evaluate", "perplexity", "--model", demoModel(), "--data", source, "--length", "64"},
            3, parts);
        const test::TempFolder workspace;
        Words words = applied("prune-wanda", workspace.path(), {"--export", "safetensors"});
        words[5] = source;
        test::verifyRunFails(words, workspace.path(), 3, parts);
    }
}

TEST(filesThatAreNotThereMakeNoRun)
{
    const test::TempFolder folder;
    const std::string workspace = (folder.path() / "w").string();
    const SpoiltModel weightless, tokenless;
    std::filesystem::remove(weightless.weights());
    std::filesystem::remove(tokenless.path() / "tokenizer.json");
    const auto refused = [&](const std::string& option, const std::string& value,
                             const std::vector<std::string>& parts) {
        Words words = applied("prune-wanda", workspace);
        const auto found = std::ranges::find(words, option);
        if (found == words.end()) {
            words = words + Words{option, value};
        } else {
            found[1] = value;
        }
        test::verifyRefused(words, 3, parts);
    };
    refused("--calibration", "text:/nowhere/story.txt", {"/nowhere/story.txt: No such file"});
    refused("--calibration", "story.txt", {"does not say what it is"});
    refused("--calibration", "jsonl:/nowhere/story.jsonl", {"does not name the field"});
    refused("--calibration", "builtin:tinystory", {"no builtin data"});
    refused("--evaluate", "perplexity:tokens:/nowhere/t.i32", {"/nowhere/t.i32: No such file"});
    refused("--evaluate", "divergence:text:" + folder.path().string(), {"Is a directory"});
    refused("--model", weightless.path(), {"neither model.safetensors nor"});
    refused("--model", tokenless.path(), {"tokenizer.json", "builtin:tinystories"});
    refused("--teacher", weightless.path(), {"neither model.safetensors nor"});
    refused("--model", "run:77", {"There is no run 0077 in this workspace"});
    refused("--after", "77", {"There is no run 0077 in this workspace"});
    const std::string recipe = (folder.path() / "recipe.yaml").string();
    writeFileAtomically(recipe,
                        "model: " + demoModel() +
                            "\nmethod: none\nevaluations: [\"perplexity:text:gone.txt\"]\n");
    test::verifyRefused({"run", recipe, "--workspace", workspace}, 3, {"gone.txt: No such file"});
    COMPARE(jsonOf({"runs", "list", "--workspace", workspace})["runs"].size(), 0U);
}

TEST(dataWithoutAnEndIsRefused)
{
    const test::TempFolder workspace;
    for (const std::string source :
         {"tokens:/dev/zero", "text:/dev/zero", "jsonl:/dev/zero#text"}) {
        test::verifyRefused({"evaluate", "perplexity", "--model", demoModel(), "--data", source}, 3,
                            {"/dev/zero is no regular file"});
        Words words = applied("prune-wanda", workspace.path());
        words[5] = source;
        test::verifyRefused(words, 3, {"/dev/zero is no regular file"});
    }
}

TEST(windowsBeyondTheModelsContext)
{
    const test::TempFolder workspace;
    Words words = applied("prune-wanda", workspace.path());
    words[7] = "4096";
    test::verifyRunFails(words, workspace.path(), 3,
                         {"Windows of 4096 tokens", "context holds 512", "--length 512 or less"});
}

TEST(parametersOutOfRange)
{
    const test::TempFolder workspace;
    const auto refused = [&](const Words& more, const std::vector<std::string>& parts) {
        test::verifyRefused(applied("prune-sparsegpt", workspace.path(), more), 3, parts);
    };
    refused({"--sparsity", "1.5"}, {"1.5", "sparsity"});
    refused({"--sparsity", "half"}, {"half", "sparsity"});
    refused({"--pattern", "4:2"}, {"4:2", "pattern"});
    refused({"--block-size", "0"}, {"0", "lock"});
    refused({"--damping", "-1"}, {"-1", "amping"});
    refused({"--device", "gpu"}, {"\"gpu\" is not a device", "cpu or cuda:N"});
    refused({"--evaluate", "accuracy"}, {"no evaluation called \"accuracy\""});
    refused({"--export", "gguf"}, {"no export format \"gguf\""});
    test::verifyRefused(Words{"apply", "prune-wanda", "--workspace", workspace.path()}, 3,
                        {"No model is named", "--model"});
    COMPARE(jsonOf({"runs", "list", "--workspace", workspace.path()})["runs"].size(), 0U);
}

TEST(missingTeacherAndCalibration)
{
    const test::TempFolder workspace;
    test::verifyRefused(
        applied("distill-logits", workspace.path(), {"--steps", "2", "--learning-rate", "0.001"}),
        3, {"needs a teacher", "--teacher"});
    test::verifyRefused(
        {"apply", "prune-wanda", "--model", demoModel(), "--workspace", workspace.path()}, 3,
        {"needs a calibration set", "--calibration"});
}

TEST(differentVocabularies)
{
    const test::TempFolder folder;
    const Path student = test::makeTinyModel(folder.path() / "student");
    const test::TempFolder workspace;
    Words words = applied("distill-logits", workspace.path(), {"--export", "safetensors"});
    words[3] = student.string();
    words = words + Words{"--teacher", demoModel(), "--steps", "2", "--learning-rate", "0.001"};
    test::verifyRunFails(words, workspace.path(), 3,
                         {"different vocabularies", "96 tokens", "512"});
}

TEST(aDeviceThatIsNotThere)
{
    const test::TempFolder workspace;
    test::verifyRunFails(applied("prune-wanda", workspace.path(),
                                 {"--device", "cuda:93", "--export", "safetensors"}),
                         workspace.path(), 3,
                         {"device cuda:93 needs libtorch_cuda.so", "--device cpu"});
}

TEST(lossThatIsNoNumber)
{
    const test::TempFolder workspace;
    Words words = applied("distill-logits", workspace.path(),
                          Words{"--export", "safetensors"} + smallDistillation("200"));
    words.insert(words.end(), {"--clip", "0", "--warm-up", "0", "--dtype", "fp16"});
    words[std::ranges::find(words, "--learning_rate") - words.begin() + 1] = "1";
    test::verifyRunFails(words, workspace.path(), 4,
                         {"of training step", "at a learning rate of ", "lower the learning rate"});
}

TEST(hessianThatIsNotPositiveDefinite)
{
    // Eight tokens for 64 and 172 inputs: without damping the Hessian has no inverse. The
    // documented way out is more damping, with a warning for each step.
    const test::TempFolder workspace;
    Words words = applied("prune-sparsegpt", workspace.path(), {"--damping", "0"});
    words[7] = "8";
    words[9] = "1";
    const Json run = jsonOf(words);
    COMPARE(run["status"].get<std::string>(), "succeeded");
    for (const Json& linear : run["linears"]) {
        COMPARE_CLOSE(linear["sparsity"].get<double>(), 0.5, 0.01);
    }
    const std::string journal = readFile(workspace.path() / "runs" / "0001" / "journal.jsonl");
    VERIFY(contains(journal, "is not positive definite with damping 0; trying"));
}

TEST(weightsThatAreNoNumbers)
{
    const SpoiltModel model;
    {
        std::fstream file(model.weights(), std::ios::in | std::ios::out | std::ios::binary);
        const std::uint32_t nan = 0x7fc00000;
        file.seekp(-4000, std::ios::end);
        file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
    }
    const test::TempFolder workspace;
    Words words = applied("prune-wanda", workspace.path(), {"--export", "safetensors"});
    words[3] = model.path().string();
    test::verifyRunFails(words, workspace.path(), 4, {"not finite"});
}
