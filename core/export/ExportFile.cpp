// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ExportFile.h"

#include "core/base/Error.h"
#include "core/base/FolderPath.h"
#include "core/base/Sha256.h"
#include "core/checkpoint/GgufPath.h"
#include "core/export/GgufExport.h"

#include <ATen/Parallel.h>

#include <thread>

namespace espalier {

namespace {

std::string nameOfModel(const Path& model)
{
    const auto gguf = ggufFileOf(model);
    return gguf ? gguf->stem().string() : folderName(model);
}

} // namespace

Json exportFile(const ExportFileRequest& request,
                const std::function<void(std::int64_t done, std::int64_t total)>& step)
{
    const auto type = ggufTypeOf("gguf-" + request.type);
    if (!type) {
        throw Error(ErrorCode::InvalidInput,
                    "There is no type \"" + request.type +
                        "\" to write; f32, f16, bf16, q8_0, q4_0 and q4_1 can be written.");
    }
    at::set_num_threads(request.threads > 0
                            ? static_cast<int>(request.threads)
                            : static_cast<int>(std::thread::hardware_concurrency()));
    const auto model = CausalLM::open(request.model, {.residency = Residency::Streamed});
    const GgufReport report =
        exportGguf({.model = model.get(),
                    .source = request.model,
                    .file = request.file,
                    .type = *type,
                    .name = request.name.empty() ? nameOfModel(request.model) : request.name,
                    .licence = request.licence,
                    .provenance = {{"model", std::filesystem::absolute(request.model).string()}}},
                   step);
    return {{"file", request.file.string()},
            {"bytes", std::filesystem::file_size(request.file)},
            {"sha256", sha256OfFile(request.file)},
            {"type", std::string(packingOf(*type).name)},
            {"tensors", report.tensors},
            {"logits", report.logits},
            {"notes", report.notes}};
}

void verifyExportedFile(const Path& file)
{
    verifyGguf(file);
}

} // namespace espalier
