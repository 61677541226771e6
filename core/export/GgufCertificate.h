// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/export/StoredTensors.h"

#include <string>
#include <vector>

namespace espalier {

/// model.gguf.certificate.json of model.gguf.
Path ggufCertificateOf(const Path& file);

/// What was written and compared: hashes of the file, of its header and of every tensor where it
/// stands.
Json ggufCertificate(const Path& file, const StoredTensors& tensors, const Json& logits,
                     const std::vector<std::string>& notes, const Json& provenance);

} // namespace espalier
