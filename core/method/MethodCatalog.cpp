// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/MethodCatalog.h"

#include "core/base/Error.h"
#include "core/method/PluginAbi.h"

#include <algorithm>
#include <dlfcn.h>
#include <map>
#include <system_error>

namespace espalier {

struct MethodCatalog::Entries {
    std::map<std::string, std::unique_ptr<Method>, std::less<>> methods;
    std::vector<PluginRecord> plugins;

    void look(const Path& folder);
    std::string open(const Path& file, std::string& id);
};

namespace {

std::string refusal(const PluginEntry& entry, const Path& file)
{
    const std::string name = file.stem().string();
    if (entry.abi != kPluginAbi) {
        return name + " has plugin interface " + std::to_string(entry.abi) + "; this program has " +
               std::to_string(kPluginAbi) + ". Rebuild it against the current SDK.";
    }
    if (std::string_view(entry.build) != ESPALIER_BUILD_ID) {
        return name + " was built for " + entry.build +
               "; this is " ESPALIER_BUILD_ID ". Rebuild it against the current SDK.";
    }
    return {};
}

} // namespace

std::string MethodCatalog::Entries::open(const Path& file, std::string& id)
{
    // Never closed: a method's code and static objects must outlive everything that refers to them.
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* reason = ::dlerror();
        return "The library cannot be opened: " +
               std::string(reason != nullptr ? reason : "unknown reason") + ".";
    }
    const auto* entry = static_cast<const PluginEntry*>(::dlsym(library, "espalier_plugin"));
    if (entry == nullptr) {
        return "The library has no symbol espalier_plugin, so it is not a method. Remove it from "
               "the folder, or add "
               "ESPALIER_PLUGIN to its source.";
    }
    if (std::string reason = refusal(*entry, file); !reason.empty()) {
        return reason;
    }
    try {
        std::unique_ptr<Method> method(entry->create());
        id = method->info().id;
        if (methods.contains(id)) {
            return "A method called " + id +
                   " is already loaded from another folder. Rename one of them.";
        }
        methods.emplace(id, std::move(method));
        return {};
    } catch (const std::exception& error) {
        return "The method cannot be made: " + std::string(error.what());
    }
}

void MethodCatalog::Entries::look(const Path& folder)
{
    std::vector<Path> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".so") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    for (const Path& file : files) {
        PluginRecord record{.file = file, .id = file.stem().string()};
        record.reason = open(file, record.id);
        plugins.push_back(std::move(record));
    }
}

MethodCatalog::MethodCatalog(const std::vector<Path>& folders)
    : m_entries(std::make_unique<Entries>())
{
    std::vector<Path> seen;
    for (const Path& folder : folders) {
        std::error_code reason;
        const Path real = std::filesystem::canonical(folder, reason);
        if (!reason && std::ranges::find(seen, real) == seen.end()) {
            seen.push_back(real);
            m_entries->look(real);
        }
    }
}

MethodCatalog::~MethodCatalog() = default;

const Method* MethodCatalog::find(std::string_view id) const
{
    const auto found = m_entries->methods.find(id);
    return found == m_entries->methods.end() ? nullptr : found->second.get();
}

const Method& MethodCatalog::require(std::string_view id) const
{
    if (const Method* method = find(id)) {
        return *method;
    }
    std::vector<std::string> known;
    for (const auto& [name, method] : m_entries->methods) {
        known.push_back(name);
    }
    for (const PluginRecord& plugin : m_entries->plugins) {
        if (!plugin.reason.empty() && plugin.id == id) {
            throw Error(ErrorCode::NotFound,
                        "The method " + std::string(id) + " was refused. " + plugin.reason);
        }
    }
    const auto close = nearest(id, known);
    throw Error(ErrorCode::NotFound,
                "There is no method called " + std::string(id) + "." +
                    (close.empty() ? " `espalier-run methods` lists those that are loaded."
                                   : " Did you mean " + close.front() + "?"));
}

std::vector<const Method*> MethodCatalog::methods() const
{
    std::vector<const Method*> all;
    for (const auto& [name, method] : m_entries->methods) {
        all.push_back(method.get());
    }
    return all;
}

const std::vector<PluginRecord>& MethodCatalog::plugins() const
{
    return m_entries->plugins;
}

std::vector<Path> pluginFolders(const std::vector<Path>& extra)
{
    std::vector<Path> folders = extra;
    std::error_code ignored;
    const Path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    if (!program.empty()) {
        const Path prefix = program.parent_path().parent_path();
        folders.push_back(prefix / "lib" / "espalier" / "methods");
        folders.push_back(prefix / ESPALIER_LIBDIR_TEXT / "espalier" / "methods");
    }
    return folders;
}

} // namespace espalier
