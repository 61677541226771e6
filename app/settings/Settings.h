// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

namespace espalier {

/// The one table of what the window remembers. No other file names a key.
class Settings {
public:
    /// The user's file; an INI file of its own for tests.
    Settings();
    explicit Settings(const QString& file);

    QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray& geometry);
    QByteArray windowState() const;
    void setWindowState(const QByteArray& state);
    /// State of a splitter or header, by its objectName.
    QByteArray viewState(const QString& view) const;
    void setViewState(const QString& view, const QByteArray& state);
    QString page() const;
    void setPage(const QString& id);
    /// "light" or "dark".
    QString theme() const;
    void setTheme(const QString& theme);
    bool isRunDockOpen() const;
    void setRunDockOpen(bool open);
    /// The last used folder of a kind: "model", "data", "report".
    QString folder(const QString& kind) const;
    void setFolder(const QString& kind, const QString& folder);
    double smoothing() const;
    void setSmoothing(double weight);

private:
    mutable QSettings m_store;
};

} // namespace espalier
