// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/eval/Evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <zstd.h>

namespace espalier {

namespace {

constexpr int kZstdLevel = 3;
constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::int64_t kPieceElements = 1 << 20;

/// A weight matrix inside a block: "model.layers.3.mlp.up_proj.weight" and the like in every
/// family.
bool isBlockLinear(const TensorInfo& tensor)
{
    if (tensor.shape.size() != 2) {
        return false;
    }
    std::string_view rest = tensor.name;
    while (!rest.empty()) {
        const std::size_t dot = std::min(rest.find('.'), rest.size());
        const std::string_view part = rest.substr(0, dot);
        const auto isDigit = [](unsigned char c) { return std::isdigit(c) != 0; };
        if (!part.empty() && std::all_of(part.begin(), part.end(), isDigit)) {
            return true;
        }
        rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return false;
}

std::int64_t countZeros(const Tensor& tensor)
{
    const Tensor flat = tensor.flatten();
    std::int64_t zeros = 0;
    for (std::int64_t first = 0; first < flat.numel(); first += kPieceElements) {
        const Tensor piece = flat.narrow(0, first, std::min(kPieceElements, flat.numel() - first));
        zeros += piece.numel() - at::count_nonzero(piece).item<std::int64_t>();
    }
    return zeros;
}

/// Bytes of `file` as one zstd frame; nothing is kept.
template <class Progress>
std::int64_t compressedSize(const Path& file, const Progress& progress)
{
    std::ifstream input(file, std::ios::binary);
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                          ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
    std::string piece(kPieceBytes, '\0'), compressed(ZSTD_CStreamOutSize(), '\0');
    std::int64_t total = 0;
    bool ended = false;
    while (!ended) {
        input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        if (input.bad() || (input.fail() && !input.eof())) {
            throw Error(ErrorCode::Io,
                        "Cannot read " + file.string() + ": " + std::strerror(errno) + ".");
        }
        ZSTD_inBuffer in{piece.data(), static_cast<std::size_t>(input.gcount()), 0};
        const ZSTD_EndDirective directive = input.eof() ? ZSTD_e_end : ZSTD_e_continue;
        std::size_t left = 1;
        while (in.pos < in.size || (directive == ZSTD_e_end && left != 0)) {
            ZSTD_outBuffer out{compressed.data(), compressed.size(), 0};
            left = ZSTD_compressStream2(context.get(), &out, &in, directive);
            if (ZSTD_isError(left) != 0) {
                throw Error(ErrorCode::Internal, "zstd cannot compress " + file.string() + ": " +
                                                     ZSTD_getErrorName(left) + ".");
            }
            total += static_cast<std::int64_t>(out.pos);
        }
        ended = directive == ZSTD_e_end;
        progress(static_cast<std::int64_t>(in.size));
    }
    return total;
}

} // namespace

FootprintResult footprint(const Path& modelFolder, const StepFunction& step)
{
    const Checkpoint checkpoint = Checkpoint::open(modelFolder);
    FootprintResult result;
    for (const Path& file : checkpoint.files()) {
        result.bytes += static_cast<std::int64_t>(std::filesystem::file_size(file));
    }
    const std::int64_t total = 2 * result.bytes;
    std::int64_t done = 0;
    const auto progress = [&](std::int64_t bytes) { step(done += bytes, total); };
    for (const TensorInfo& info : checkpoint.tensors()) {
        const Tensor tensor = checkpoint.read(info.name);
        const std::int64_t elements = tensor.numel();
        const std::int64_t zeros = countZeros(tensor);
        const std::int64_t elementBytes = tensor.element_size();
        result.parameters += elements;
        result.zeros += zeros;
        if (isBlockLinear(info)) {
            result.linearParameters += elements;
            result.linearZeros += zeros;
            result.bitmaskBytes += (elements + 7) / 8 + (elements - zeros) * elementBytes;
        } else {
            result.bitmaskBytes += elements * elementBytes;
        }
        progress(elements * elementBytes);
    }
    done = result.bytes;
    for (const Path& file : checkpoint.files()) {
        result.compressedBytes += compressedSize(file, progress);
    }
    result.bitsPerWeight =
        8.0 * static_cast<double>(result.bytes) / static_cast<double>(result.parameters);
    return result;
}

} // namespace espalier
