// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "tests/support/Process.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;
using namespace espalier::test;

namespace {

std::string bench(const std::string& arguments)
{
    return quoted((binaryFolder() / "bin" / "espalier-bench").string()) + " " + arguments;
}

std::string demoModel()
{
    return quoted((binaryFolder() / "share/espalier/demo/stories260k").string());
}

Json resultOf(const std::string& arguments)
{
    const ProcessResult result = runCommand(bench(arguments + " --json"));
    VERIFY2(result.exitCode == 0, result.out);
    return parseJson(result.out, "espalier-bench " + arguments);
}

} // namespace

TEST(layerwiseTellsWhereTheTimeOfARunGoes)
{
    const TempFolder scratch;
    const Json result =
        resultOf("layerwise --model " + demoModel() +
                 " --method prune-sparsegpt --sparsity 0.5 --length 64 --samples 6 --threads 2 "
                 "--repeats 2 --export --scratch " +
                 quoted(scratch.path().string()));
    COMPARE(result["runs"].size(), std::size_t{2});
    COMPARE(result["spec"]["method"].get<std::string>(), std::string("prune-sparsegpt"));
    double sum = 0;
    const Json& run = result["fastest"];
    for (const char* stage : {"load", "calibrate", "compress", "export", "other"}) {
        VERIFY2(run["stages"].contains(stage), stage);
        VERIFY2(run["stages"][stage]["seconds"].get<double>() >= 0, stage);
        sum += run["stages"][stage]["seconds"].get<double>();
    }
    sum += run["stages"].value("evaluate", Json::object()).value("seconds", 0.0);
    COMPARE_CLOSE(sum, run["seconds"].get<double>(), 0.02 * run["seconds"].get<double>());
    COMPARE(run["calibration_tokens"].get<int>(), 6 * 64);
    COMPARE_CLOSE(result["tokens_per_second"].get<double>(), 384 / run["seconds"].get<double>(),
                  0.01);
    VERIFY(result["peak_rss_bytes"].get<double>() > 1e7);
    VERIFY(run["bytes_written"].get<std::int64_t>() > 1'000'000); // blocks and the exported model
    VERIFY2(std::filesystem::is_empty(scratch.path()), "files of the runs were left behind");
}

TEST(gemmStandsBesideTheLimitOfTheProcessor)
{
    const Json result = resultOf("gemm --rows 64 --inputs 96 --outputs 48 --threads 1 --repeats 1");
    VERIFY(!result["limits"].empty());
    bool used = false;
    for (const Json& product : result["products"]) {
        VERIFY(product["gflops"].get<double>() > 0);
        used = used || product["used"].get<bool>();
    }
    VERIFY2(used, "no product is the one in use");
}

TEST(perplexityIsThatOfTheEvaluation)
{
    const std::string options = " --model " + demoModel() +
                                " --data builtin:tinystories --length 64 --windows 4 --threads 2";
    const Json result = resultOf("perplexity --repeats 2" + options);
    const ProcessResult evaluated =
        runCommand(quoted(runnerProgram().string()) + " evaluate perplexity --json" + options);
    VERIFY2(evaluated.exitCode == 0, evaluated.out);
    COMPARE(result["perplexity"]["nll"].get<double>(),
            parseJson(evaluated.out, "evaluate")["nll"].get<double>());
    const Json& rates = result["windows_per_second"];
    VERIFY(rates["low"].get<double>() <= rates["median"].get<double>() &&
           rates["median"].get<double>() <= rates["high"].get<double>());
    VERIFY(rates["low"].get<double>() > 0);
}

TEST(decodingReportsBothPhases)
{
    const Json result = resultOf("decode --prompt-tokens 8 --tokens 4 --repeats 1 --threads 1 "
                                 "--model " +
                                 demoModel());
    COMPARE(result["speed"]["generated_tokens"].get<int>(), 4);
    VERIFY(result["speed"]["decode_tokens_per_second"].get<double>() > 0);
    VERIFY(result["speed"]["prefill_tokens_per_second"].get<double>() > 0);
}

TEST(wrongUseIsRefusedInWords)
{
    const ProcessResult unknown = runCommand(bench("layerwse 2>&1"));
    COMPARE(unknown.exitCode, 2);
    const ProcessResult missing = runCommand(bench("decode --model /nowhere 2>&1"));
    COMPARE(missing.exitCode, 3);
    VERIFY2(missing.out.find("/nowhere") != std::string::npos, missing.out);
    const ProcessResult parameter =
        runCommand(bench("layerwise --sparsity 2 --model " + demoModel() + " 2>&1"));
    COMPARE(parameter.exitCode, 3);
    VERIFY2(parameter.out.find("sparsity") != std::string::npos, parameter.out);
}

TEST(tokenizeCountsTokensAndTellsTheirSpeed)
{
    const TempFolder folder;
    writeFileAtomically(folder.path() / "text.txt", "Once upon a time there was a tree.");
    const Json result = resultOf("tokenize --repeats 2 --model " + demoModel() + " --file " +
                                 quoted((folder.path() / "text.txt").string()));
    VERIFY(result["tokens"].get<int>() > 5);
    COMPARE(result["bytes"].get<int>(), 34);
    for (const char* work : {"encode", "encode_with_offsets", "decode"}) {
        COMPARE(result[work]["seconds"].size(), std::size_t{2});
        VERIFY(result[work]["tokens_per_second"].get<double>() > 0);
    }
}
