// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ImageCaptionSet.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cstdlib>

using namespace espalier;

namespace {

/// The first 26 bytes of a PNG: signature, IHDR, 3 x 2 pixels, 8 bits, colour with opacity.
const std::string kPng("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x03\0\0\0\x02\x08\x06", 26);
/// SOI, a comment that holds a wrong frame header, a fill byte, SOF2 with 300 x 200 pixels, grey.
const std::string kJpeg("\xFF\xD8\xFF\xFE\0\x08\xFF\xC0\0\x0B\x08\0"
                        "\xFF\xFF\xC2\0\x0B\x08\0\xC8\x01\x2C\x01",
                        23);
const std::string kPpm = "P6\n# made by hand\n4 # wide\n5\n255\n";

struct Folder {
    test::TempFolder folder = {};

    void write(const std::string& name, std::string_view content) const
    {
        writeFileAtomically(folder.path() / name, content);
    }

    ImageCaptionSet read() const { return readImageCaptions(folder.path()); }
};

ImageHeader changed(std::string bytes, std::size_t at, char byte)
{
    bytes[at] = byte;
    return imageHeaderOf(bytes, "some.png");
}

} // namespace

TEST(headersTellTheSize)
{
    COMPARE(kJpeg.size(), std::size_t(23));
    VERIFY(imageHeaderOf(kPng, "a") == (ImageHeader{ImageForm::Png, 3, 2, 4}));
    VERIFY(imageHeaderOf(kJpeg, "a") == (ImageHeader{ImageForm::Jpeg, 300, 200, 1}));
    VERIFY(imageHeaderOf(kPpm, "a") == (ImageHeader{ImageForm::Ppm, 4, 5, 3}));
    VERIFY(imageHeaderOf("P5 7 8 65535\n", "a") == (ImageHeader{ImageForm::Ppm, 7, 8, 1}));
}

TEST(damagedHeadersAreRefused)
{
    for (const std::string& whole : {kPng, kJpeg, kPpm}) {
        for (std::size_t size = 3; size + 2 < whole.size(); ++size) {
            const bool knows = size >= 8 || whole != kPng;
            VERIFY_FAILS(imageHeaderOf(whole.substr(0, size), "cut"),
                         knows ? ErrorCode::Corrupt : ErrorCode::Unsupported, "cut");
        }
    }
    VERIFY_FAILS(changed(kPng, 19, '\0'), ErrorCode::Corrupt, "0 x 2 pixels");
    VERIFY_FAILS(changed(kPng, 16, '\xFF'), ErrorCode::Corrupt, "4278190083 x 2");
    VERIFY_FAILS(changed(kPng, 25, '\x05'), ErrorCode::Corrupt, "colour type is 5");
    VERIFY_FAILS(changed(kPng, 12, 'i'), ErrorCode::Corrupt, "not IHDR");
    VERIFY_FAILS(changed(kJpeg, 5, '\1'), ErrorCode::Corrupt, "a segment of 1 bytes at byte 4");
    VERIFY_FAILS(changed(kJpeg, 3, '\xDA'), ErrorCode::Corrupt, "before a frame header");
    VERIFY_FAILS(changed(kJpeg, 12, 'x'), ErrorCode::Corrupt, "byte 12 should start a marker");
    VERIFY_FAILS(imageHeaderOf("P6 99999999999999999999 1 255\n", "a"), ErrorCode::Corrupt,
                 "2147483648 x 1");
    VERIFY_FAILS(imageHeaderOf("P6 1 1 70000\n", "a"), ErrorCode::Corrupt, "70000");
    VERIFY_FAILS(imageHeaderOf("P6 x 1 255\n", "a"), ErrorCode::Corrupt,
                 "byte 3 should be a digit");
    VERIFY_FAILS(imageHeaderOf("GIF89a", "a.png"), ErrorCode::Unsupported, "a.png does not start");
    VERIFY_FAILS(imageHeaderOf("", "a.png"), ErrorCode::Unsupported, "a.png");
}

TEST(captionsComeFromATable)
{
    const Folder folder;
    folder.write("a.png", kPng);
    folder.write("b.JPG", kJpeg);
    folder.write("c.ppm", kPpm);
    folder.write("captions.tsv",
                 "file\tcaption\nb.JPG\t a wall \na.png\ta tree\na.png\tone tree\n");
    const ImageCaptionSet set = folder.read();
    COMPARE(set.captions, "captions.tsv");
    COMPARE(set.images.size(), std::size_t(3));
    COMPARE(set.images[0].caption, "a wall");
    COMPARE(set.images[0].header.width, 300);
    COMPARE(set.images[2].file, "a.png");
    COMPARE(set.uncaptioned, std::vector<std::string>{"c.ppm"});
    folder.write("a.png", kPng + "other pixels");
    VERIFY(folder.read().fingerprint != set.fingerprint);
}

TEST(captionsComeFromLinesOrFromFilesBeside)
{
    const Folder folder;
    folder.write("a.png", kPng);
    folder.write("two words.jpg", kJpeg);
    folder.write("a.txt", "a tree\n");
    const ImageCaptionSet beside = folder.read();
    COMPARE(beside.images.size(), std::size_t(1));
    COMPARE(beside.images[0].caption, "a tree");
    COMPARE(beside.uncaptioned.size(), std::size_t(1));
    folder.write("captions.txt", "a.png  a tree\n\ntwo words.jpg\ta wall\n");
    const ImageCaptionSet lines = folder.read();
    COMPARE(lines.images[1].file, "two words.jpg");
    COMPARE(lines.images[0].caption, "a tree");
    folder.write("metadata.jsonl", "{\"file_name\": \"a.png\", \"text\": \"a bush\"}\n");
    COMPARE(folder.read().images[0].caption, "a bush");
}

TEST(wrongFoldersAreRefused)
{
    const Folder folder;
    VERIFY_FAILS(readImageCaptions(folder.folder.path() / "none"), ErrorCode::NotFound, "none");
    VERIFY_FAILS(folder.read(), ErrorCode::NotFound, "has no captions");
    folder.write("a.png", kPng);
    const auto refused = [&](const std::string& table, ErrorCode code, const char* words) {
        folder.write("captions.tsv", table);
        VERIFY_FAILS(folder.read(), code, words);
    };
    refused("file\tcaption\n../a.png\tx\n", ErrorCode::InvalidInput, "captions.tsv, line 2: \"../");
    refused("file\tcaption\n/etc/passwd\tx\n", ErrorCode::InvalidInput, "inside the folder");
    refused("file\tcaption\na.png\t \n", ErrorCode::InvalidInput, "caption of a.png is empty");
    refused("file\tcaption\nb.png\tx\n", ErrorCode::NotFound, "line 2: there is no image");
    refused("name\tcaption\na.png\tx\n", ErrorCode::InvalidInput, "none of the fields file");
    folder.write("b.png", "no image");
    refused("file\tcaption\nb.png\tx\n", ErrorCode::Unsupported, "b.png does not start like");
}

TEST(publicImagesAreRead)
{
    const char* place = std::getenv("ESPALIER_DATA");
    if (place == nullptr) {
        SKIP("ESPALIER_DATA names no folder with public sets");
    }
    const ImageCaptionSet set = readImageCaptions(Path(place) / "images-natural-captions");
    COMPARE(set.images.size(), std::size_t(16));
    COMPARE(set.images[0].file, "astronaut.png");
    VERIFY(set.images[0].header == (ImageHeader{ImageForm::Png, 512, 512, 3}));
    VERIFY(set.uncaptioned.empty());
}
