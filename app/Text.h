// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <QString>

#include <string>
#include <string_view>

// Between the engine's UTF-8 and Qt's text.

namespace espalier {

inline QString fromUtf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

inline std::string toUtf8(const QString& text)
{
    return text.toStdString();
}

inline Path toPath(const QString& text)
{
    return Path(text.toStdU16String());
}

inline QString fromPath(const Path& path)
{
    return QString::fromStdU16String(path.u16string());
}

/// Runs travel through signals as plain numbers.
inline qint64 numberOf(RunId id)
{
    return static_cast<qint64>(id);
}

inline RunId runOf(qint64 number)
{
    return RunId{number};
}

} // namespace espalier
