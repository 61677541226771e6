// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/CompressedFile.h"

#include "core/base/Error.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <zlib.h>
#include <zstd.h>

namespace espalier {

namespace {

constexpr std::size_t kChunk = std::size_t(1) << 18;

[[noreturn]] void corrupt(const Path& file, const std::string& why)
{
    throw Error(ErrorCode::Corrupt,
                "Cannot unpack " + file.string() + ": " + why + ". Copy or download it again.");
}

std::string ungzipped(const std::string& packed, const Path& file)
{
    z_stream stream{};
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
        throw Error(ErrorCode::OutOfMemory, "No memory to unpack " + file.string() + ".");
    }
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> ends(&stream, inflateEnd);
    std::string text;
    std::string chunk(kChunk, '\0');
    std::size_t fed = 0;
    int state = Z_OK;
    // A file may hold several gzip streams one after the other.
    while (fed < packed.size()) {
        if (state == Z_STREAM_END) {
            inflateReset(&stream);
        }
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + fed));
        stream.avail_in = static_cast<uInt>(std::min(packed.size() - fed, kChunk));
        const uInt offered = stream.avail_in;
        do {
            stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
            stream.avail_out = static_cast<uInt>(kChunk);
            state = inflate(&stream, Z_NO_FLUSH);
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) {
                corrupt(file, "it is damaged near byte " + std::to_string(fed) + " of " +
                                  std::to_string(packed.size()));
            }
            text.append(chunk, 0, kChunk - stream.avail_out);
        } while (state != Z_STREAM_END && stream.avail_out == 0);
        fed += offered - stream.avail_in;
    }
    if (state != Z_STREAM_END) {
        corrupt(file, "it ends too early");
    }
    return text;
}

std::string unzstandarded(const std::string& packed, const Path& file)
{
    const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                            ZSTD_freeDStream);
    std::string text;
    std::string chunk(kChunk, '\0');
    ZSTD_inBuffer input{packed.data(), packed.size(), 0};
    std::size_t wanted = 1;
    bool full = false;
    while (input.pos < input.size || full) {
        ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
        wanted = ZSTD_decompressStream(stream.get(), &output, &input);
        if (ZSTD_isError(wanted) != 0) {
            corrupt(file, ZSTD_getErrorName(wanted));
        }
        text.append(chunk, 0, output.pos);
        full = output.pos == output.size;
    }
    if (wanted != 0) {
        corrupt(file, "it ends too early");
    }
    return text;
}

} // namespace

std::string readUnpacked(const Path& file)
{
    std::string content = readFile(file);
    // Neither start can be UTF-8 text.
    if (content.starts_with("\x1F\x8B")) {
        return ungzipped(content, file);
    }
    if (content.starts_with("\x28\xB5\x2F\xFD")) {
        return unzstandarded(content, file);
    }
    return content;
}

} // namespace espalier
