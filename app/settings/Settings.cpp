// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/Settings.h"

#include <QVariant>

#include <algorithm>
#include <array>

namespace espalier {

namespace {

enum class Key { Geometry = 1, State, View, Page, Theme, RunDock, Folder, Smoothing };

struct Entry {
    Key key;
    const char* name; // %1: which view, which kind of folder
    QVariant fallback;
};

const Entry& entry(Key key)
{
    static const std::array<Entry, 8> table{{
        {Key::Geometry, "window/geometry", QByteArray()},
        {Key::State, "window/state", QByteArray()},
        {Key::View, "views/%1", QByteArray()},
        {Key::Page, "window/page", QStringLiteral("models")},
        {Key::Theme, "window/theme", QStringLiteral("light")},
        {Key::RunDock, "window/runDock", false},
        {Key::Folder, "folders/%1", QString()},
        {Key::Smoothing, "plots/smoothing", 0.8},
    }};
    return *std::find_if(table.begin(), table.end(),
                         [key](const Entry& known) { return known.key == key; });
}

QString nameOf(Key key, const QString& which = {})
{
    const QString name = QString::fromLatin1(entry(key).name);
    return which.isEmpty() ? name : name.arg(which);
}

QVariant read(const QSettings& store, Key key, const QString& which = {})
{
    return store.value(nameOf(key, which), entry(key).fallback);
}

} // namespace

Settings::Settings() = default;

Settings::Settings(const QString& file)
    : m_store(file, QSettings::IniFormat)
{
}

QByteArray Settings::windowGeometry() const
{
    return read(m_store, Key::Geometry).toByteArray();
}

void Settings::setWindowGeometry(const QByteArray& geometry)
{
    m_store.setValue(nameOf(Key::Geometry), geometry);
}

QByteArray Settings::windowState() const
{
    return read(m_store, Key::State).toByteArray();
}

void Settings::setWindowState(const QByteArray& state)
{
    m_store.setValue(nameOf(Key::State), state);
}

QByteArray Settings::viewState(const QString& view) const
{
    return read(m_store, Key::View, view).toByteArray();
}

void Settings::setViewState(const QString& view, const QByteArray& state)
{
    m_store.setValue(nameOf(Key::View, view), state);
}

QString Settings::page() const
{
    return read(m_store, Key::Page).toString();
}

void Settings::setPage(const QString& id)
{
    m_store.setValue(nameOf(Key::Page), id);
}

QString Settings::theme() const
{
    return read(m_store, Key::Theme).toString();
}

void Settings::setTheme(const QString& theme)
{
    m_store.setValue(nameOf(Key::Theme), theme);
}

bool Settings::isRunDockOpen() const
{
    return read(m_store, Key::RunDock).toBool();
}

void Settings::setRunDockOpen(bool open)
{
    m_store.setValue(nameOf(Key::RunDock), open);
}

QString Settings::folder(const QString& kind) const
{
    return read(m_store, Key::Folder, kind).toString();
}

void Settings::setFolder(const QString& kind, const QString& folder)
{
    m_store.setValue(nameOf(Key::Folder, kind), folder);
}

double Settings::smoothing() const
{
    return read(m_store, Key::Smoothing).toDouble();
}

void Settings::setSmoothing(double weight)
{
    m_store.setValue(nameOf(Key::Smoothing), weight);
}

} // namespace espalier
