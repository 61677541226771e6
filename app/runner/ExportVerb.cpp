// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Arguments.h"
#include "app/runner/Help.h"
#include "app/runner/Output.h"
#include "app/runner/Signals.h"
#include "app/runner/Verb.h"
#include "core/base/Error.h"
#include "core/export/ExportFile.h"
#include "core/jobs/SourceLicence.h"
#include "core/run/SpecLimits.h"

#include <cstdio>

namespace espalier::cli {

namespace {

int verify(const Path& file, bool json)
{
    verifyExportedFile(file);
    if (json) {
        printJson({{"file", file.string()}, {"verified", true}});
    } else {
        std::printf("%s is what was written.\n", file.c_str());
    }
    return Done;
}

void print(const Json& result)
{
    const double distance = result["logits"].value("distance_to_model", 0.0);
    printTable({{"File", "Type", "Tensors", "MB", "Logits' distance"},
                {result["file"], result["type"], result["tensors"].dump(),
                 std::to_string(result["bytes"].get<std::int64_t>() / 1000000),
                 std::to_string(distance)}});
    for (const Json& note : result["notes"]) {
        std::fprintf(stderr, "Note: %s\n", note.get<std::string>().c_str());
    }
}

} // namespace

std::vector<OptionSpec> exportOptions()
{
    return {
        {"model", "DIR", "folder of the model, or GGUF file"},
        {"gguf", "FILE", "file to write, for llama.cpp and what is built on it"},
        {"type", "TYPE", "f32, f16, bf16, q8_0, q4_0 or q4_1", false, "q8_0"},
        {"name", "TEXT", "name inside the file", false, "the model's"},
        {"threads", "N", "threads", false, "all cores"},
        {"verify", "FILE", "compare a file with the certificate beside it instead"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

int exportVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, exportOptions());
    const bool json = arguments.has("json");
    if (arguments.has("help")) {
        return showVerbHelp("export", json);
    }
    if (arguments.has("verify")) {
        return verify(*arguments.value("verify"), json);
    }
    const ExportFileRequest request{.model = arguments.required("model"),
                                    .file = arguments.required("gguf"),
                                    .type = arguments.valueOr("type", "q8_0"),
                                    .name = arguments.valueOr("name", ""),
                                    .licence = licenceOf(arguments.required("model")),
                                    .threads = arguments.number("threads", 0, 1, kMostThreads)};
    ProgressLine line;
    const SignalWatch watch([] {});
    const Json result = exportFile(request, [&](std::int64_t done, std::int64_t total) {
        if (watch.arrived()) {
            throw Cancelled{};
        }
        line.show("Exporting", done, total, -1);
    });
    line.clear();
    if (json) {
        printJson(result);
    } else {
        print(result);
    }
    return Done;
}

} // namespace espalier::cli
