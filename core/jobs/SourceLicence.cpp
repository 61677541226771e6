// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/SourceLicence.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <yaml-cpp/yaml.h>

namespace espalier {

namespace {

constexpr std::size_t kTitleBytes = 400; // a licence tells its name and version before that

struct KnownLicence {
    std::string_view id, title, version; // lower case; both stand in the file's beginning
};

constexpr std::array<KnownLicence, 7> kKnown{{
    {"mit", "mit license", ""},
    {"apache-2.0", "apache license", "version 2.0"},
    {"gpl-3.0", "gnu general public license", "version 3"},
    {"gpl-2.0", "gnu general public license", "version 2"},
    {"bsd-3-clause", "bsd 3-clause license", ""},
    {"bsd-2-clause", "bsd 2-clause license", ""},
    {"cc-by-4.0", "creative commons attribution 4.0", ""},
}};

std::string textIfThere(const Path& file)
{
    try {
        std::string text = std::filesystem::is_regular_file(file) ? readFile(file) : std::string();
        std::erase(text, '\r');
        return text;
    } catch (const Error&) {
        return {}; // one that cannot be read tells nothing, as one that is not there
    }
}

/// `key` in the YAML between the two fences at the beginning.
std::string inFrontMatter(const std::string& text, const char* key)
{
    constexpr std::string_view kFence = "---\n";
    const std::size_t end =
        text.starts_with(kFence) ? text.find("\n---", kFence.size()) : std::string::npos;
    if (end == std::string::npos) {
        return {};
    }
    try {
        const YAML::Node value = YAML::Load(text.substr(kFence.size(), end - kFence.size()))[key];
        return value && value.IsScalar() ? value.as<std::string>() : std::string();
    } catch (const YAML::Exception&) {
        return {}; // a card is prose: one that does not parse tells no licence
    }
}

std::string byTitle(const std::string& text)
{
    std::string beginning = text.substr(0, kTitleBytes);
    std::ranges::transform(beginning, beginning.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    const auto says = [&](std::string_view words) {
        return beginning.find(words) != std::string::npos;
    };
    const auto found = std::ranges::find_if(kKnown, [&](const KnownLicence& licence) {
        return says(licence.title) && says(licence.version);
    });
    return found == kKnown.end() ? std::string() : std::string(found->id);
}

} // namespace

std::string licenceOf(const Path& modelFolder)
{
    if (const auto gguf = ggufFileOf(modelFolder)) {
        const GgufFile file(*gguf);
        const Json* licence = file.find("general.license");
        return licence != nullptr && licence->is_string() ? licence->get<std::string>() : "";
    }
    std::string licence = inFrontMatter(textIfThere(modelFolder / "README.md"), "license");
    for (const char* name : {"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING"}) {
        const std::string text = licence.empty() ? textIfThere(modelFolder / name) : "";
        for (const char* key : {"license", "spdx-id"}) {
            licence = licence.empty() ? inFrontMatter(text, key) : licence;
        }
        licence = licence.empty() ? byTitle(text) : licence;
    }
    return licence;
}

} // namespace espalier
