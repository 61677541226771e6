// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ImageHeader.h"

#include "core/base/Error.h"
#include "core/data/DataSource.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace espalier {

namespace {

constexpr std::size_t kLooked = std::size_t(1) << 20;
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1A\n";
constexpr std::string_view kJpegStart = "\xFF\xD8\xFF";
constexpr std::int64_t kLargestSide = INT32_MAX; // PNG's own limit
constexpr std::array<std::string_view, 5> kEndings{".png", ".jpg", ".jpeg", ".ppm", ".pgm"};

/// Numbers out of the first bytes, most significant byte first.
class Bytes {
public:
    Bytes(std::string_view bytes, const std::string& name)
        : m_bytes(bytes)
        , m_name(name)
    {
    }

    std::int64_t number(std::size_t at, std::size_t size) const
    {
        if (at > m_bytes.size() || size > m_bytes.size() - at) {
            fail("it ends inside its header, after " + std::to_string(m_bytes.size()) + " bytes");
        }
        std::int64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value * 256 + static_cast<unsigned char>(m_bytes[at + i]);
        }
        return value;
    }

    std::string_view text() const { return m_bytes; }

    [[noreturn]] void fail(const std::string& why) const
    {
        throw Error(ErrorCode::Corrupt,
                    "The image " + m_name + " is damaged: " + why + ". Copy it again.");
    }

private:
    std::string_view m_bytes;
    const std::string& m_name;
};

ImageHeader checked(const ImageHeader& header, const Bytes& bytes)
{
    const auto isSide = [](std::int64_t side) { return side >= 1 && side <= kLargestSide; };
    if (!isSide(header.width) || !isSide(header.height)) {
        bytes.fail("it claims to be " + std::to_string(header.width) + " x " +
                   std::to_string(header.height) + " pixels");
    }
    if (header.channels < 1 || header.channels > 4) {
        bytes.fail("it claims " + std::to_string(header.channels) + " channels");
    }
    return header;
}

std::int64_t pngChannels(std::int64_t colourType, const Bytes& bytes)
{
    switch (colourType) {
    case 0:
        return 1; // grey
    case 2:       // colour
    case 3:       // palette of colours
        return 3;
    case 4:
        return 2; // grey and opacity
    case 6:
        return 4; // colour and opacity
    default:
        bytes.fail("its colour type is " + std::to_string(colourType) +
                   ", known are 0, 2, 3, 4 and 6");
    }
}

ImageHeader pngHeader(const Bytes& bytes)
{
    constexpr std::size_t kChunk = 8; // the first chunk follows the signature
    constexpr std::int64_t kIhdr = 0x49484452;
    if (bytes.number(kChunk, 4) != 13 || bytes.number(kChunk + 4, 4) != kIhdr) {
        bytes.fail("its first chunk is not IHDR with 13 bytes");
    }
    const std::size_t data = kChunk + 8;
    return {ImageForm::Png, bytes.number(data, 4), bytes.number(data + 4, 4),
            pngChannels(bytes.number(data + 9, 1), bytes)};
}

bool isFrame(std::int64_t marker)
{
    // SOF0 to SOF15 without DHT, JPG and DAC, which lie between them.
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool hasNoLength(std::int64_t marker)
{
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
}

ImageHeader jpegHeader(const Bytes& bytes)
{
    std::size_t at = 2; // behind SOI
    while (true) {
        if (bytes.number(at, 1) != 0xFF) {
            bytes.fail("byte " + std::to_string(at) + " should start a marker");
        }
        const std::int64_t marker = bytes.number(at + 1, 1);
        if (marker == 0xFF) { // fill byte
            ++at;
            continue;
        }
        at += 2;
        if (hasNoLength(marker)) {
            continue;
        }
        if (marker == 0xD9 || marker == 0xDA) {
            bytes.fail("its pixels begin before a frame header");
        }
        if (isFrame(marker)) {
            return {ImageForm::Jpeg, bytes.number(at + 5, 2), bytes.number(at + 3, 2),
                    bytes.number(at + 7, 1)};
        }
        const std::int64_t length = bytes.number(at, 2);
        if (length < 2) {
            bytes.fail("a segment of " + std::to_string(length) + " bytes at byte " +
                       std::to_string(at));
        }
        at += static_cast<std::size_t>(length);
    }
}

class PpmReader {
public:
    explicit PpmReader(const Bytes& bytes)
        : m_bytes(bytes)
    {
    }

    std::int64_t number()
    {
        skipBlanksAndComments();
        std::int64_t value = 0;
        std::size_t digits = 0;
        while (isDigit(m_bytes.number(m_at, 1))) {
            value = std::min(value * 10 + m_bytes.number(m_at, 1) - '0', kLargestSide + 1);
            ++m_at;
            ++digits;
        }
        if (digits == 0) {
            m_bytes.fail("byte " + std::to_string(m_at) + " should be a digit");
        }
        return value;
    }

private:
    static bool isDigit(std::int64_t byte) { return byte >= '0' && byte <= '9'; }

    void skipBlanksAndComments()
    {
        bool comment = false;
        for (;; ++m_at) {
            const std::int64_t byte = m_bytes.number(m_at, 1);
            const bool blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
            if (!comment && byte != '#' && !blank) {
                return;
            }
            comment = byte == '#' || (comment && byte != '\n');
        }
    }

    const Bytes& m_bytes;
    std::size_t m_at = 2; // behind "P6"
};

ImageHeader ppmHeader(const Bytes& bytes)
{
    PpmReader reader(bytes);
    const std::int64_t width = reader.number();
    const std::int64_t height = reader.number();
    const std::int64_t largest = reader.number();
    if (largest < 1 || largest > 65535) {
        bytes.fail("its largest value is " + std::to_string(largest) + ", allowed is 1 to 65535");
    }
    return {ImageForm::Ppm, width, height, bytes.text()[1] == '6' ? 3 : 1};
}

} // namespace

std::string_view nameOf(ImageForm form)
{
    return form == ImageForm::Png ? "png" : form == ImageForm::Jpeg ? "jpeg" : "ppm";
}

bool isImageName(const Path& file)
{
    std::string ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return std::ranges::find(kEndings, ending) != kEndings.end();
}

ImageHeader imageHeaderOf(std::string_view text, const std::string& name)
{
    const Bytes bytes(text, name);
    if (text.starts_with(kPngStart)) {
        return checked(pngHeader(bytes), bytes);
    }
    if (text.starts_with(kJpegStart)) {
        return checked(jpegHeader(bytes), bytes);
    }
    if (text.starts_with("P6") || text.starts_with("P5")) {
        return checked(ppmHeader(bytes), bytes);
    }
    throw Error(ErrorCode::Unsupported,
                name + " does not start like a PNG, a JPEG or a binary PPM. Convert it to PNG.");
}

ImageHeader readImageHeader(const Path& file)
{
    requireReadable(file);
    std::ifstream stream(file, std::ios::binary);
    std::string bytes(kLooked, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad() || stream.gcount() < 0) {
        throw Error(ErrorCode::Io, "Cannot read " + file.string() + ".");
    }
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return imageHeaderOf(bytes, file.string());
}

} // namespace espalier
