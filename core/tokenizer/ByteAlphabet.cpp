// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ByteAlphabet.h"

#include "core/tokenizer/Utf8.h"

#include <array>

namespace espalier {

namespace {

constexpr std::size_t kCodePoints = 0x144; // the last one used is U+0143

struct Alphabet {
    std::array<std::string, 256> characters = {};
    std::array<int, kCodePoints> bytes = {};

    Alphabet()
    {
        bytes.fill(-1);
        char32_t hidden = 0x100;
        for (unsigned byte = 0; byte < 256; ++byte) {
            const bool printable =
                (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
            const char32_t codePoint = printable ? byte : hidden++;
            appendUtf8(characters[byte], codePoint);
            bytes[codePoint] = static_cast<int>(byte);
        }
    }
};

const Alphabet& alphabet()
{
    static const Alphabet kAlphabet;
    return kAlphabet;
}

} // namespace

void appendByteCharacters(std::string& text, std::string_view bytes)
{
    const auto& characters = alphabet().characters;
    for (const char byte : bytes) {
        text += characters[static_cast<unsigned char>(byte)];
    }
}

std::string_view byteCharacter(unsigned char byte)
{
    return alphabet().characters[byte];
}

std::optional<std::string> bytesOfCharacters(std::string_view text)
{
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t position = 0; position < text.size();) {
        const char32_t codePoint = nextCodePoint(text, position);
        const int byte = codePoint < kCodePoints ? alphabet().bytes[codePoint] : -1;
        if (byte < 0) {
            return {};
        }
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

} // namespace espalier
