// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/Certificate.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/export/ModelExport.h"
#include "core/method/BuildInfo.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <set>

namespace espalier {

namespace {

std::vector<std::string> fileNames(const Path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Json describeFile(const Path& folder, const std::string& name)
{
    return {{"name", name},
            {"bytes", std::filesystem::file_size(folder / name)},
            {"sha256", sha256OfFile(folder / name)}};
}

/// Nothing where the folder holds no certificate of ours.
std::optional<Json> readCertificate(const Path& folder)
{
    const Path file = folder / kCertificateFile;
    if (!std::filesystem::is_regular_file(file)) {
        return std::nullopt;
    }
    Json certificate = parseJson(readFile(file), file.string());
    if (!certificate.is_object() || !certificate.contains("files") ||
        !certificate.at("files").is_array()) {
        return std::nullopt;
    }
    return certificate;
}

bool isSameSpec(const Json& certificate, const Json& provenance)
{
    const Json earlier = certificate.value("provenance", Json::object());
    constexpr const char* kKey = "fingerprint";
    return earlier.is_object() && provenance.is_object() && earlier.contains(kKey) &&
           provenance.contains(kKey) && earlier.at(kKey) == provenance.at(kKey);
}

/// The first name in `folder` that its certificate does not list.
std::optional<std::string> firstUnlisted(const Path& folder, const Json& certificate)
{
    std::set<std::string> listed{kCertificateFile};
    for (const Json& file : certificate.at("files")) {
        listed.insert(file.value("name", std::string()));
    }
    for (const std::string& name : fileNames(folder)) {
        if (listed.count(name) == 0) {
            return name;
        }
    }
    return std::nullopt;
}

} // namespace

std::string utcNow()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

void writeCertificate(const Path& folder, const CertificateFacts& facts)
{
    Json files = Json::array();
    std::string sums;
    for (const std::string& name : fileNames(folder)) {
        files.push_back(describeFile(folder, name));
        sums += files.back().at("sha256").get<std::string>() + "  " + name + "\n";
    }
    writeFileAtomically(folder / kSumsFile, sums);
    files.push_back(describeFile(folder, kSumsFile));
    const Json certificate{{"format", "espalier-certificate-1"},
                           {"date", utcNow()},
                           {"build", ESPALIER_BUILD_ID},
                           {"files", files},
                           {"tensors",
                            {{"compared", facts.tensors},
                             {"equal_bytes", true},
                             {"stored_type", facts.storedType},
                             {"rounded", facts.isRounded}}},
                           {"logits", facts.logits},
                           {"provenance", facts.provenance}};
    writeFileAtomically(folder / kCertificateFile, certificate.dump(2) + "\n");
}

void refuseForeignFolder(const Path& folder, const Json& provenance)
{
    if (!std::filesystem::exists(folder)) {
        return;
    }
    if (!std::filesystem::is_directory(folder)) {
        throw Error(ErrorCode::InvalidInput,
                    folder.string() +
                        " is a file, so no model can be exported there. Choose a folder.");
    }
    if (std::filesystem::is_empty(folder)) {
        return;
    }
    const std::optional<Json> certificate = readCertificate(folder);
    if (!certificate || !isSameSpec(*certificate, provenance)) {
        throw Error(
            ErrorCode::InvalidInput,
            "The folder " + folder.string() + " holds " + fileNames(folder).front() +
                " and more that this run did not write, so it is left as it is. Choose another "
                "folder, or empty this one.");
    }
    if (const std::optional<std::string> name = firstUnlisted(folder, *certificate)) {
        throw Error(
            ErrorCode::InvalidInput,
            "The folder " + folder.string() + " holds " + *name +
                ", which was added after this run's earlier export, so it is left as it is. Move "
                "that file away, or choose another folder.");
    }
}

std::vector<Artifact> exportArtifacts(const Path& folder)
{
    std::int64_t bytes = 0;
    for (const std::string& name : fileNames(folder)) {
        bytes += static_cast<std::int64_t>(std::filesystem::file_size(folder / name));
    }
    const Path certificate = folder / kCertificateFile;
    return {{.kind = "model",
             .path = folder.string(),
             .sha256 = sha256OfFile(folder / kSumsFile),
             .bytes = bytes},
            {.kind = "certificate",
             .path = certificate.string(),
             .sha256 = sha256OfFile(certificate),
             .bytes = static_cast<std::int64_t>(std::filesystem::file_size(certificate))}};
}

void verifyExport(const Path& folder)
{
    const std::optional<Json> certificate = readCertificate(folder);
    if (!certificate) {
        throw Error(ErrorCode::NotFound, "The folder " + folder.string() + " holds no " +
                                             kCertificateFile +
                                             " of an export, so there is nothing to verify it by.");
    }
    for (const Json& file : certificate->at("files")) {
        const std::string name = file.at("name").get<std::string>();
        const std::string expected = file.at("sha256").get<std::string>();
        const std::string found = sha256OfFile(folder / name);
        if (found != expected) {
            throw Error(ErrorCode::Corrupt,
                        "The file " + (folder / name).string() + " has SHA-256 " + found +
                            ", its certificate says " + expected +
                            ": it was changed after the export. Export the run again.");
        }
    }
}

} // namespace espalier
