// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

#include <QWidget>

#include <functional>

namespace espalier {

/// Asks for a path, given a title and the current one; empty: nothing chosen. Tests answer instead
/// of a dialog.
using FileChooser = std::function<QString(const QString& title, const QString& current)>;

/// Shows and edits one parameter; its objectName is the parameter's key, as is that of the field
/// inside.
class ParamEditor : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual ParamValue value() const = 0;
    virtual void setValue(const ParamValue& value) = 0;
    virtual void setInvalid(bool invalid) = 0;

Q_SIGNALS:
    void edited();
};

struct EditorOptions {
    QWidget* parent = nullptr;
    FileChooser chooseFile = {}; // empty: the system's dialog
};

/// Flag: check box. Choice of four short names at most: segments, else a combo box. IntRange and
/// RealRange: a NumberEdit. Text and ListOf: a line. What is optional may also be left empty or set
/// to "not set".
ParamEditor* makeParamEditor(const ParamSpec& spec, const EditorOptions& options);

/// Labels and help come from plugins in English; a translation may know them.
QString schemaText(const std::string& text);

} // namespace espalier
