// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufCertificate.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/MappedFile.h"
#include "core/export/Certificate.h"
#include "core/export/GgufExport.h"
#include "core/method/BuildInfo.h"

#include <algorithm>

namespace espalier {

namespace {

std::string hashOf(const MappedFile& file, std::int64_t begin, std::int64_t end)
{
    Sha256 hash;
    std::string piece(1 << 20, '\0');
    while (begin < end) {
        const auto count = std::min<std::int64_t>(end - begin, 1 << 20);
        file.readAt(static_cast<std::size_t>(begin), piece.data(), static_cast<std::size_t>(count));
        hash.add(piece.data(), static_cast<std::size_t>(count));
        begin += count;
    }
    return hash.hex();
}

[[noreturn]] void failChanged(const Path& file, const std::string& what)
{
    throw Error(ErrorCode::Corrupt, "In the file " + file.string() + " " + what +
                                        " is not what was written: it was changed or damaged "
                                        "after the export. Export again, or copy the file again.");
}

void verifyBy(const Path& path, const Json& certificate)
{
    const MappedFile file(path);
    const auto size = static_cast<std::int64_t>(file.size());
    const auto expected = certificate.at("file").at("bytes").get<std::int64_t>();
    if (size != expected) {
        failChanged(path, "the size, " + std::to_string(size) + " bytes instead of " +
                              std::to_string(expected) + ",");
    }
    const Json& header = certificate.at("header");
    const auto headerBytes = header.at("bytes").get<std::int64_t>();
    if (headerBytes < 0 || headerBytes > size ||
        hashOf(file, 0, headerBytes) != header.at("sha256").get<std::string>()) {
        failChanged(path, "the header");
    }
    for (const Json& tensor : certificate.at("tensors")) {
        const auto begin = tensor.at("begin").get<std::int64_t>();
        const auto bytes = tensor.at("bytes").get<std::int64_t>();
        if (begin < 0 || bytes < 0 || begin > size - bytes ||
            hashOf(file, begin, begin + bytes) != tensor.at("sha256").get<std::string>()) {
            failChanged(path, "the tensor " + tensor.at("name").get<std::string>() + " (bytes " +
                                  std::to_string(begin) + " to " + std::to_string(begin + bytes) +
                                  ")");
        }
    }
    if (hashOf(file, 0, size) != certificate.at("file").at("sha256").get<std::string>()) {
        failChanged(path, "the padding between tensors");
    }
}

} // namespace

Path ggufCertificateOf(const Path& file)
{
    return file.string() + ".certificate.json";
}

Json ggufCertificate(const Path& file, const StoredTensors& tensors, const Json& logits,
                     const std::vector<std::string>& notes, const Json& provenance)
{
    const GgufFile gguf(file);
    const MappedFile bytes(file);
    Json list = Json::array();
    std::int64_t headerEnd = static_cast<std::int64_t>(bytes.size());
    for (const GgufTensor& tensor : gguf.tensors()) {
        headerEnd = std::min(headerEnd, tensor.begin);
        const StoredTensor& stored = tensors.at(tensor.name);
        list.push_back({{"name", tensor.name},
                        {"type", stored.dtype},
                        {"shape", stored.shape},
                        {"begin", tensor.begin},
                        {"bytes", stored.bytes},
                        {"sha256", stored.sha256}});
    }
    return {{"format", "espalier-gguf-certificate-1"},
            {"date", utcNow()},
            {"build", ESPALIER_BUILD_ID},
            {"file",
             {{"name", file.filename().string()},
              {"bytes", bytes.size()},
              {"sha256", hashOf(bytes, 0, static_cast<std::int64_t>(bytes.size()))}}},
            {"header", {{"bytes", headerEnd}, {"sha256", hashOf(bytes, 0, headerEnd)}}},
            {"tensors", std::move(list)},
            {"logits", logits},
            {"notes", notes},
            {"provenance", provenance}};
}

void verifyGguf(const Path& file)
{
    const Path beside = ggufCertificateOf(file);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(beside, ignored)) {
        throw Error(ErrorCode::NotFound, "There is no " + beside.string() +
                                             ", so there is nothing to verify " + file.string() +
                                             " by.");
    }
    const Json certificate = parseJson(readFile(beside), beside.string());
    try {
        verifyBy(file, certificate);
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Corrupt,
                    beside.string() + " is no certificate of a GGUF file (" + error.what() + ").");
    }
}

} // namespace espalier
