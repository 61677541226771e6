// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <fstream>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace espalier::test {

/// Gives this process mounts of its own, so that tests may mount without anybody noticing. False
/// where the system does not allow that. Call before any thread is started.
inline bool enterPrivateMounts()
{
    static const bool entered = [] {
        const uid_t user = ::getuid();
        if (::unshare(CLONE_NEWNS) != 0) {
            if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
                return false;
            }
            std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
        }
        return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }();
    return entered;
}

/// Something mounted on a folder, until the end of the scope.
class Mounted {
public:
    static Mounted smallDisk(const Path& folder, const std::string& size)
    {
        const std::string options = "size=" + size;
        return Mounted(folder, ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0);
    }

    static Mounted readOnly(const Path& folder)
    {
        const char* name = folder.c_str();
        const bool bound = ::mount(name, name, nullptr, MS_BIND, nullptr) == 0;
        return Mounted(folder, bound && ::mount(name, name, nullptr,
                                                MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    }

    ~Mounted() { ::umount2(m_folder.c_str(), MNT_DETACH); }

    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;

    bool works() const { return m_works; }

private:
    Mounted(const Path& folder, bool works)
        : m_folder(folder)
        , m_works(works)
    {
    }

    Path m_folder;
    bool m_works;
};

} // namespace espalier::test
