// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

inline constexpr const char* kCertificateFile = "certificate.json";
inline constexpr const char* kSumsFile = "SHA256SUMS";

/// What was compared after an export was written.
struct CertificateFacts {
    std::int64_t tensors = 0; // every one read back with equal bytes
    std::string storedType = {};
    bool isRounded = false; // some weight changed when it was rounded to the stored type
    Json logits = {};
    Json provenance = {};
};

/// "2026-03-01T12:00:00Z", as certificates carry it.
std::string utcNow();

/// Writes SHA256SUMS over all files of `folder`, then certificate.json over these and SHA256SUMS.
void writeCertificate(const Path& folder, const CertificateFacts& facts);

/// Throws InvalidInput unless `folder` is not there, is empty, or holds nothing but what an earlier
/// export of the same spec wrote: one whose provenance has the same "fingerprint".
void refuseForeignFolder(const Path& folder, const Json& provenance);

/// The folder (its hash is that of SHA256SUMS, which covers every other file) and the certificate.
std::vector<Artifact> exportArtifacts(const Path& folder);

} // namespace espalier
