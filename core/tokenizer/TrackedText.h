// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

/// A text on its way through the normalizers. A tracked one knows for each of its bytes which bytes
/// of the input it stands for; that costs time and 16 bytes a byte, so plain encoding does without.
struct TrackedText {
    std::string text = {};
    std::vector<ByteRange> origins = {}; // one a byte of `text`; empty: not tracked
    bool tracked = false;

    /// Not tracked.
    static TrackedText plain(std::string text) { return {std::move(text), {}, false}; }

    /// `text` lies at byte `position` of the input. Each byte stands for its whole character.
    static TrackedText of(std::string_view text, std::size_t position);
};

/// Builds a text anew from a tracked one: what is put stands for a byte of the source.
class Rewrite {
public:
    explicit Rewrite(TrackedText& target);

    std::string_view source() const { return m_source.text; }

    /// Bytes [begin, end) of the source, as they are.
    void keep(std::size_t begin, std::size_t end)
    {
        m_target.text.append(m_source.text, begin, end - begin);
        if (m_source.tracked && begin < end) {
            keepOrigins(begin, end);
        }
    }

    /// `text` in place of what lies at byte `at` of the source.
    void put(std::string_view text, std::size_t at)
    {
        m_target.text += text;
        if (m_source.tracked) {
            putOrigins(text.size(), at);
        }
    }

    void put(char32_t codePoint, std::size_t at);

    std::string& result() { return m_target.text; }

    /// Takes bytes from the end of the result.
    void cutTo(std::size_t size);

private:
    void keepOrigins(std::size_t begin, std::size_t end);
    void putOrigins(std::size_t count, std::size_t at);

    TrackedText m_source;
    TrackedText& m_target;
};

} // namespace espalier
