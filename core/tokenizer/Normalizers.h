// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

namespace espalier {

class JsonPart;

/// Rewrites a text before it is cut into words.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual void apply(std::string& text) const = 0;
};

/// Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip. Throws
/// Unsupported for others.
std::unique_ptr<Normalizer> makeNormalizer(const JsonPart& part);

} // namespace espalier
