// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ImageCaptionSet.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Sha256.h"
#include "core/data/JsonRecords.h"
#include "core/data/Table.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <system_error>

namespace espalier {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array<std::string_view, 4> kTables{"captions.tsv", "captions.csv", "captions.jsonl",
                                                  "metadata.jsonl"};
constexpr std::string_view kLines = "captions.txt";
constexpr std::array<std::string_view, 4> kFileFields{"file", "file_name", "image", "filename"};
constexpr std::array<std::string_view, 3> kCaptionFields{"caption", "text", "description"};

/// One caption before its image is looked at.
struct Entry {
    std::string file, caption, place;
};

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(kBlanks);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

template <std::size_t N>
std::size_t fieldIn(const Table& table, const std::array<std::string_view, N>& names)
{
    std::string list;
    for (const std::string_view name : names) {
        if (const auto found = table.find(name)) {
            return *found;
        }
        list += (list.empty() ? "" : ", ") + std::string(name);
    }
    throw Error(ErrorCode::InvalidInput,
                table.name + " has none of the fields " + list + ". Name one of its fields so.");
}

std::vector<Entry> entriesOfTable(const Path& file)
{
    const Table table = readTable(file);
    const std::size_t image = fieldIn(table, kFileFields);
    const std::size_t caption = fieldIn(table, kCaptionFields);
    std::vector<Entry> entries;
    for (const TableRow& row : table.rows) {
        entries.push_back({table.cell(row, image), std::string(trimmed(table.cell(row, caption))),
                           placeOf(table.name, row.line)});
    }
    return entries;
}

std::vector<Entry> entriesOfLines(const Path& file)
{
    const std::string content = readUtf8File(file);
    std::vector<Entry> entries;
    std::string_view rest = content;
    for (std::size_t line = 1; !rest.empty(); ++line) {
        const std::size_t end = rest.find('\n');
        const std::string_view text = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (text.empty()) {
            continue;
        }
        // A tab parts where there is one, so that names may hold blanks.
        const std::size_t tab = text.find('\t');
        const std::size_t part = tab == std::string_view::npos ? text.find(' ') : tab;
        entries.push_back(
            {std::string(text.substr(0, part)),
             std::string(part == std::string_view::npos ? "" : trimmed(text.substr(part))),
             placeOf(file.string(), line)});
    }
    return entries;
}

std::set<std::string> imagesIn(const Path& folder)
{
    std::error_code reason;
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, reason)) {
        if (isImageName(entry.path())) {
            names.insert(entry.path().filename().string());
        }
    }
    if (reason) {
        throw Error(reason == std::errc::no_such_file_or_directory ? ErrorCode::NotFound
                                                                   : ErrorCode::InvalidInput,
                    "Cannot look into " + folder.string() + ": " + reason.message() +
                        ". Name a folder of images.");
    }
    return names;
}

std::vector<Entry> entriesBeside(const Path& folder, const std::set<std::string>& images)
{
    std::vector<Entry> entries;
    for (const std::string& image : images) {
        const Path text = (folder / image).replace_extension(".txt");
        if (std::filesystem::exists(text)) {
            entries.push_back({image, std::string(trimmed(readUtf8File(text))), text.string()});
        }
    }
    return entries;
}

std::vector<Entry> entriesOf(const Path& folder, const std::set<std::string>& images,
                             std::string& captions)
{
    for (const std::string_view name : kTables) {
        if (std::filesystem::exists(folder / name)) {
            captions = name;
            return entriesOfTable(folder / name);
        }
    }
    if (std::filesystem::exists(folder / kLines)) {
        captions = kLines;
        return entriesOfLines(folder / kLines);
    }
    return entriesBeside(folder, images);
}

void checkEntry(const Entry& entry, const Path& folder)
{
    const Path file(entry.file);
    if (entry.file.empty() || file.is_absolute() ||
        std::ranges::find(file, Path("..")) != file.end()) {
        throw Error(ErrorCode::InvalidInput, entry.place + ": \"" + entry.file +
                                                 "\" does not name a file inside the folder.");
    }
    if (entry.caption.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    entry.place + ": the caption of " + entry.file + " is empty.");
    }
    if (!std::filesystem::exists(folder / file)) {
        throw Error(ErrorCode::NotFound,
                    entry.place + ": there is no image " + (folder / file).string() + ".");
    }
}

} // namespace

ImageCaptionSet readImageCaptions(const Path& folder)
{
    ImageCaptionSet set{.source = folder.string()};
    std::set<std::string> left = imagesIn(folder);
    std::map<std::string, std::string> sums; // an image with several captions is read once
    Sha256 hash;
    for (Entry& entry : entriesOf(folder, left, set.captions)) {
        checkEntry(entry, folder);
        auto [sum, isNew] = sums.emplace(entry.file, "");
        if (isNew) {
            sum->second = sha256OfFile(folder / entry.file);
        }
        const std::string canonical =
            compactText(Json::array({entry.file, entry.caption, sum->second})) + "\n";
        hash.add(canonical.data(), canonical.size());
        left.erase(Path(entry.file).lexically_normal().string());
        const ImageHeader header = readImageHeader(folder / entry.file);
        set.images.push_back({std::move(entry.file), std::move(entry.caption), header});
    }
    if (set.images.empty()) {
        throw Error(ErrorCode::NotFound,
                    folder.string() + " has no captions: no captions.tsv, .csv, .jsonl or .txt, no "
                                      "metadata.jsonl, and no text file beside an image.");
    }
    set.uncaptioned.assign(left.begin(), left.end());
    set.fingerprint = hash.hex();
    return set;
}

} // namespace espalier
