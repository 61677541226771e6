// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/data/ImageHeader.h"

#include <string>
#include <vector>

namespace espalier {

struct CaptionedImage {
    std::string file = {}; // relative to the folder
    std::string caption = {};
    ImageHeader header = {};
};

struct ImageCaptionSet {
    std::string source = {};   // the folder
    std::string captions = {}; // the file they stand in; empty: a text file beside each image
    std::vector<CaptionedImage> images = {};   // in the order of the captions
    std::vector<std::string> uncaptioned = {}; // images in the folder that have none, by name
    std::string fingerprint = {}; // SHA-256 over names, captions and the files' SHA-256
};

/// Reads a folder of images. The captions stand in captions.tsv, captions.csv, captions.jsonl or
/// metadata.jsonl (fields file, file_name, image or filename, and caption, text or description), in
/// captions.txt (name, tab or blanks, caption; a line each), or in NAME.txt beside NAME.png; the
/// first of these that is there. An image may have several captions. Every image named must lie in
/// the folder (no absolute path, no "..") and have a good header; pixels are not decoded. Throws
/// NotFound (no such folder, no captions, an image that is named but missing: with the line),
/// InvalidInput (fields, empty captions, paths), and what readTable() and readImageHeader() throw.
ESPALIER_API ImageCaptionSet readImageCaptions(const Path& folder);

} // namespace espalier
